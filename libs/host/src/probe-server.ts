import { type ServerResponse } from 'node:http';
import { type Readiness } from '@weft/runtime';
import { openPlainHttpServer, type PlainHttpServer } from './plain-http-server';

/**
 * Serves `GET /livez` (200 as long as the process answers) and `GET /readyz` (200, or 503 with what is not ready) over plain HTTP: who
 * probes has no certificate, and learns nothing else here.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export function openProbeServer(address: string, readiness: Readiness): Promise<PlainHttpServer> {
  return openPlainHttpServer(address, 'The probes', (request, response) => {
    request.resume();
    if (request.method !== 'GET') send(response, 405, { status: 'method not allowed' });
    else if (request.url === '/livez') send(response, 200, { status: 'ok' });
    else if (request.url === '/readyz') void answerReadiness(readiness, response);
    else send(response, 404, { status: 'not found' });
  });
}

async function answerReadiness(readiness: Readiness, response: ServerResponse): Promise<void> {
  const problems = await readiness.problems();
  if (problems.length === 0) return send(response, 200, { status: 'ok' });
  send(response, 503, { status: 'unavailable', problems });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
