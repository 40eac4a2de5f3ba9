import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const grpc = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');

/** A ChatService whose streams begin well and end with status OK, but without a terminal event. */
export async function startBrokenServer(protoFolder) {
  const definition = loadSync(join(protoFolder, 'weft/orchestrator/v1/chat_service.proto'), {
    includeDirs: [protoFolder],
    keepCase: true,
  });
  const { ChatService } = grpc.loadPackageDefinition(definition).weft.orchestrator.v1;
  const server = new grpc.Server();
  server.addService(ChatService.service, { StreamChat: endWithoutTerminalEvent });
  const port = await new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() };
}

function endWithoutTerminalEvent(call) {
  const { model } = call.request.call;
  call.write({ sequence: 1, started: { run_id: 'run-that-is-cut', model } });
  call.write({ sequence: 2, text: { text: 'Half an ans' } });
  call.end();
}
