import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** What a receiver got. */
export interface ReceivedSignals {
  /** How many requests came with each kind of signal. */
  requests: { traces: number; metrics: number; logs: number };
  /** Spans of chats at the HTTP door. */
  edgeSpans: number;
  /** How often the duration of requests at the HTTP door was among the metrics. */
  durationMetrics: number;
  bytes: number;
}

export interface OtlpReceiver {
  origin: string;
  close(): Promise<void>;
}

/** A name is there once in each span or metric; content and attributes do not have it. */
const edgeSpanName = 'POST /v1/chat/completions';
const durationMetricName = 'http.server.request.duration';

/** Takes signals by OTLP over HTTP, counts them, and answers `GET /received` with what it counted. Keeps none: it must cost little. */
export async function startReceiver(): Promise<OtlpReceiver> {
  const received: ReceivedSignals = {
    requests: { traces: 0, metrics: 0, logs: 0 },
    edgeSpans: 0,
    durationMetrics: 0,
    bytes: 0,
  };
  const server = createServer((request, response) => {
    if (request.url === '/received') return void response.end(JSON.stringify(received));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      count(received, request.url ?? '', Buffer.concat(parts));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function count(received: ReceivedSignals, path: string, body: Buffer): void {
  const kind = path.replace('/v1/', '');
  if (kind !== 'traces' && kind !== 'metrics' && kind !== 'logs') return;
  received.requests[kind] += 1;
  received.bytes += body.length;
  if (kind === 'traces') received.edgeSpans += occurrences(body, edgeSpanName);
  if (kind === 'metrics') received.durationMetrics += occurrences(body, durationMetricName);
}

function occurrences(body: Buffer, text: string): number {
  let found = 0;
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) found += 1;
  return found;
}
