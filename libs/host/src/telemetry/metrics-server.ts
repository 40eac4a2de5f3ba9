import { type ServerResponse } from 'node:http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type IMetricReader, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { openPlainHttpServer, type PlainHttpServer } from '../plain-http-server';
import { inPrometheusNames } from './prometheus-names';

/** Answers `GET /metrics`, on a port of its own: who reads metrics is not who calls. */
export interface MetricsServer extends PlainHttpServer {
  /** What hands the metrics over; it does once a MeterProvider has it. */
  reader: IMetricReader;
}

/**
 * Serves metrics in Prometheus' text format over plain HTTP.
 *
 * @param address `host:port`; port 0 lets the system choose
 * @param measured what is served
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE`
 */
export async function openMetricsServer(address: string, measured: MetricProducer): Promise<MetricsServer> {
  const reader = new PrometheusExporter({ preventServerStart: true, metricProducers: [measured] });
  const server = await openPlainHttpServer(address, 'The metrics', (request, response) => {
    request.resume();
    if (request.url !== '/metrics') response.writeHead(404).end();
    else if (request.method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else void answer(reader, response);
  });
  return { ...server, reader };
}

/** Without the scope, which is weft in every line. */
const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

/** Not by the exporter itself, which leaves units out of the names. */
async function answer(reader: PrometheusExporter, response: ServerResponse): Promise<void> {
  try {
    const { resourceMetrics } = await reader.collect();
    const text = serializer.serialize(inPrometheusNames(resourceMetrics));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } catch {
    // Read before the start is over, or after the end began.
    response.writeHead(503).end();
  }
}
