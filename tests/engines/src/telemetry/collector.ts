import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type ReceivedSpan, readSpans } from './otlp-spans';

/** What was sent in one request. */
export interface ReceivedSignal {
  kind: string;
  body: Buffer;
}

/** A collector that takes traces, metrics and logs by OTLP over HTTP, and keeps them. */
export interface Collector {
  endpoint: string;
  spans: ReceivedSpan[];
  signals: ReceivedSignal[];
  /** Resolves with what `find` finds, once it finds it. */
  until<Found>(find: (spans: ReceivedSpan[]) => Found | undefined): Promise<Found>;
  close(): Promise<void>;
}

/** Starts a collector on a free port. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const signals: ReceivedSignal[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const kind = request.url!.replace('/v1/', '');
      const body = Buffer.concat(parts);
      signals.push({ kind, body });
      if (kind === 'traces') spans.push(...readSpans(body));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      for (const look of waiting) look();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    signals,
    until: (find) =>
      new Promise((resolve) => {
        const look = () => {
          const found = find(spans);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
