import { orchestrator, retrieval } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type Peers, serviceCaller } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { readSampleDocuments } from './sample-documents';

/** The tenant of the first key; the sample is its. */
const tenantId = 'default';
const name = 'docs';
const timeoutMs = 120_000;
/** What the sample's documents bear, and nobody else's in the same collection. */
const mark = 'weft_sample';

type Call = () => ReturnType<typeof serviceCaller>;

/**
 * Ingests the project's own documents into the collection `docs` and offers `assistant:docs` over them. What is there already is left as
 * it is, so that a second start does next to nothing and a changed assistant stays changed. Documents that left the project leave the
 * collection as well.
 */
export async function offerSample(peers: Peers, logger: Logger): Promise<void> {
  const call: Call = () => serviceCaller({ service: 'standalone', tenantId, timeoutMs });
  await unlessThere(
    peers
      .client(retrieval.CollectionServiceDefinition)
      .createCollection({ name, description: "This project's README and documentation." }, call()),
  );
  const documents = await readSampleDocuments();
  const { results } = await peers
    .client(retrieval.DocumentServiceDefinition)
    .ingestDocuments(
      { collection: name, documents: documents.map((each) => ({ ...each, metadata: { [mark]: true } })) },
      call(),
    );
  for (const { document } of results) {
    if (document?.error !== undefined)
      logger.warn(
        { uri: document.uri, reason: document.error.reason },
        'a document of the sample was not ingested',
      );
  }
  await deleteLeft(peers, new Set(documents.map(({ uri }) => uri)), call);
  await unlessThere(
    peers.client(orchestrator.AssistantServiceDefinition).createAssistant(
      {
        name,
        spec: {
          displayName: 'weft documentation',
          description: "Answers questions about weft from the project's own documents, with citations.",
          model: 'default',
          retrieval: { collections: [name], topK: 6 },
          memory: {},
        },
      },
      call(),
    ),
  );
}

/** Deletes the sample's documents that are no longer among its own; what others put beside them stays. */
async function deleteLeft(peers: Peers, uris: ReadonlySet<string>, call: Call): Promise<void> {
  const stored = peers.client(retrieval.DocumentServiceDefinition);
  let pageToken = '';
  do {
    const page = await stored.listDocuments({ collection: name, pageToken }, call());
    for (const { id, uri, metadata } of page.documents)
      if (metadata?.[mark] === true && !uris.has(uri)) await stored.deleteDocument({ id }, call());
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof WeftError && error.code === 'ALREADY_EXISTS')) throw error;
  }
}
