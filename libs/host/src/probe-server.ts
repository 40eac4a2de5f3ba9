import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { unavailable } from '@weft/errors';
import { type Readiness } from '@weft/runtime';

/** Answers whether a process lives and whether it can work. */
export interface ProbeServer {
  port: number;
  close(): Promise<void>;
}

/**
 * Serves `GET /livez` (200 as long as the process answers) and `GET /readyz` (200, or 503 with what is not ready) over plain HTTP: who
 * probes has no certificate, and learns nothing else here.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export async function openProbeServer(address: string, readiness: Readiness): Promise<ProbeServer> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET') send(response, 405, { status: 'method not allowed' });
    else if (request.url === '/livez') send(response, 200, { status: 'ok' });
    else if (request.url === '/readyz') void answerReadiness(readiness, response);
    else send(response, 404, { status: 'not found' });
  });
  const colon = address.lastIndexOf(':');
  server.listen({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw unavailable('ADDRESS_IN_USE', `The probes cannot listen on ${address}.`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerReadiness(readiness: Readiness, response: ServerResponse): Promise<void> {
  const problems = await readiness.problems();
  if (problems.length === 0) return send(response, 200, { status: 'ok' });
  send(response, 503, { status: 'unavailable', problems });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
