import { type retrieval } from '@weft/contracts';

import {
  type DocumentInput,
  documentInputs,
  useCollection,
  useRetrievalStand,
} from '../retrieval-stand.fixture';

/** A stand for ingestions into a collection that each test has to itself. */
export function useIngestionStand() {
  const stand = useRetrievalStand({
    WEFT_RETRIEVAL_INGESTION_PENDING_DOCUMENTS_MAX: '5',
    WEFT_RETRIEVAL_INGESTION_PENDING_MIB_MAX: '1',
    WEFT_RETRIEVAL_INGESTION_SWEEP_MS: '50',
  });
  const collection = useCollection(stand);
  const watch = async (id: string) => {
    const received: retrieval.WatchIngestionResponse[] = [];
    for await (const event of stand.ingestions.watchIngestion({ id })) received.push(event);
    return received;
  };
  return {
    stand,
    collection,
    /** Has documents accepted, and answers with what was begun. */
    async accept(inputs: DocumentInput[], requestId = ''): Promise<retrieval.Ingestion> {
      const { ingestion } = await stand.documents.ingestDocuments({
        collection: collection.name,
        documents: documentInputs(inputs),
        asynchronous: true,
        requestId,
      });
      return ingestion!;
    },
    /** All events of an ingestion, when it has ended. */
    watch,
    /** An ingestion as it is when it has ended. */
    async finished(id: string): Promise<retrieval.Ingestion> {
      await watch(id);
      return (await stand.ingestions.getIngestion({ id })).ingestion!;
    },
    /** Holds all calls for embeddings until they are let go. */
    holdEmbeddings() {
      const release = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      stand.embeddings.before = async () => {
        begun.resolve();
        await release.promise;
      };
      return { begun: begun.promise, release: () => release.resolve() };
    },
  };
}

/** The results among the events of an ingestion. */
export const resultsOf = (received: retrieval.WatchIngestionResponse[]) =>
  received.flatMap(({ event }) => (event?.$case === 'result' ? [event.value] : []));
