import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const grpc = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');

/** Answers the RPCs of probe-contract.mjs. */
export async function startProbeServer(protoFolder) {
  const definition = loadSync(join(protoFolder, 'weft/retrieval/v1/search_service.proto'), {
    includeDirs: [protoFolder],
  });
  const { SearchService } = grpc.loadPackageDefinition(definition).weft.retrieval.v1;
  const server = new grpc.Server();
  server.addService(SearchService.service, {
    ProbeSearch: ({ request }, callback) => callback(null, { text: `probed ${request.query}` }),
    StreamProbeSearch: (call) => {
      const words = call.request.query.split(' ');
      for (const [index, letters] of words.entries()) call.write({ sequence: index + 1, word: { letters } });
      if (!call.request.cut) call.write({ sequence: words.length + 1, completed: {} });
      call.end();
    },
  });
  const port = await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}
