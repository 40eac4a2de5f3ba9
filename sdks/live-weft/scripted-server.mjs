import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultyRelay } from './faulty-relay.mjs';
import { scriptedChat } from './scripted-chat.mjs';

const require = createRequire(import.meta.url);
const grpc = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');
const { makeCertificates } = require('@weft/certificates');

const messageBytesMax = 48 * 1024 * 1024;
const tlsName = 'weft';

/**
 * The server of what an honest weft does not do: streams that break the contract, refusals with every detail, a connection that dies, and
 * a mirror of what calls carry. In plaintext, and over TLS with an authority of its own.
 */
export async function startScriptedServer(protoFolder) {
  const definition = loadSync(join(protoFolder, 'weft/orchestrator/v1/chat_service.proto'), {
    includeDirs: [protoFolder],
    keepCase: true,
    defaults: true,
  });
  const { Chat, ...others } = grpc.loadPackageDefinition(definition).weft.orchestrator.v1.ChatService.service;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
  });
  const faults = {};
  // As a stream, a call that has one answer may get none, or two.
  server.addService({ ...others, Chat: { ...Chat, responseStream: true } }, scriptedChat(grpc, faults));
  const folder = mkdtempSync(join(tmpdir(), 'weft-sdks-'));
  await makeCertificates({ folder, services: [tlsName] });
  const file = (name) => readFileSync(join(folder, name));
  const pair = { private_key: file(`${tlsName}.key`), cert_chain: file(`${tlsName}.crt`) };
  const plainPort = await listen(server, grpc.ServerCredentials.createInsecure());
  const tlsPort = await listen(server, grpc.ServerCredentials.createSsl(null, [pair]));
  const relay = await startFaultyRelay(plainPort);
  Object.assign(faults, relay);
  return {
    address: `127.0.0.1:${relay.port}`,
    tlsAddress: `127.0.0.1:${tlsPort}`,
    authorityFile: join(folder, 'ca.crt'),
    stop: () => {
      relay.stop();
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listen(server, credentials) {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
}
