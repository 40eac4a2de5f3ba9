import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { unavailable } from '@weft/errors';

/** Answers `GET /metrics`, on a port of its own: who reads metrics is not who calls. */
export interface MetricsServer {
  /** What hands the metrics over. */
  reader: PrometheusExporter;
  port: number;
  close(): Promise<void>;
}

/**
 * Serves metrics in Prometheus' text format over plain HTTP.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export async function openMetricsServer(address: string): Promise<MetricsServer> {
  const reader = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const server = createServer((request, response) => {
    request.resume();
    if (request.url !== '/metrics') response.writeHead(404).end();
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else reader.getMetricsRequestHandler(request, response);
  });
  const colon = address.lastIndexOf(':');
  server.listen({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw unavailable('ADDRESS_IN_USE', `The metrics cannot listen on ${address}.`, { cause });
  }
  return {
    reader,
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
