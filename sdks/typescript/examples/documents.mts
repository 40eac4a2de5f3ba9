// Ingests a document and finds it: WEFT_API_KEY=... node examples/documents.mts owls
import { retrieval, Weft, WeftError } from '@weft/sdk';

const { WEFT_API_KEY: key = '', WEFT_GRPC_ADDRESS: address = '127.0.0.1:9090' } = process.env;
const name = process.argv[2] ?? 'owls';

async function main(weft: Weft): Promise<number> {
  const collections = weft.service(retrieval.CollectionService);
  try {
    await collections.createCollection({ name });
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    // From the last time.
    if (error.code !== 'ALREADY_EXISTS') {
      console.error(`${error.code} ${error.reason}: ${error.message}`);
      for (const { field, description } of error.fieldViolations) console.error(`${field}: ${description}`);
      if (error.retryDelayMs !== undefined) console.error(`try again in ${error.retryDelayMs} ms`);
      return 1;
    }
  }

  const documents = weft.service(retrieval.DocumentService);
  const content = Buffer.from('# Owls\n\nOwls hunt at night and see in the dark.');
  await documents.ingestDocuments({ collection: name, documents: [{ uri: 'owls.md', content }] });
  const search = weft.service(retrieval.SearchService);
  const request = { collections: [name], query: 'When do owls hunt?' };
  const { hits } = await search.searchDocuments(request, { timeoutMs: 10_000 });
  for (const { passage } of hits) console.log(`${passage?.uri}: ${passage?.text}`);
  return 0;
}

const weft = new Weft(address, key, { plaintext: true });
process.exitCode = await main(weft).finally(() => weft.close());
