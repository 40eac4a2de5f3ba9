import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { openPlainHttpServer, type PlainHttpServer } from '../plain-http-server';

/** Answers `GET /metrics`, on a port of its own: who reads metrics is not who calls. */
export interface MetricsServer extends PlainHttpServer {
  /** What hands the metrics over. */
  reader: PrometheusExporter;
}

/**
 * Serves metrics in Prometheus' text format over plain HTTP.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export async function openMetricsServer(address: string): Promise<MetricsServer> {
  const reader = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const server = await openPlainHttpServer(address, 'The metrics', (request, response) => {
    request.resume();
    if (request.url !== '/metrics') response.writeHead(404).end();
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else reader.getMetricsRequestHandler(request, response);
  });
  return { ...server, reader };
}
