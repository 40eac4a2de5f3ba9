import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import {
  type IMetricReader,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import {
  allMetrics,
  type Logger,
  measureMetrics,
  newId,
  setLogLineListener,
  setTraceSource,
} from '@weft/runtime';
import { exportLogLines } from './export-log-lines';
import { logExportTroubles } from './export-troubles';
import { measuredMetrics } from './measured-metrics';
import { type MetricsServer, openMetricsServer } from './metrics-server';
import { observeProcess } from './observe-process';
import { spanRecorder } from './span-recorder';
import { type Signal, type TelemetryConfig } from './telemetry-config';
import { traceSampler } from './trace-sampler';

/** The telemetry of a process. */
export interface Telemetry {
  /** Where `GET /metrics` is answered; undefined where it is not. */
  metricsPort: number | undefined;
  /** Sends what is there, for a bounded time, and ends. Never fails. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  config: TelemetryConfig;
  /** The process's name when the settings give it none. */
  serviceName: string;
  logger: Logger;
}

/** How long the last of telemetry may take at the end of a process: nobody waits for a collector that is away. */
const farewellMs = 700;
/** How long one export may take. */
const exportTimeoutMs = 5_000;

/** Something that sends or keeps signals. */
interface Provider {
  shutdown(): Promise<void>;
}

/**
 * Starts what the settings ask for; nothing at all, at no cost, when they ask for nothing. What is sent waits in bounded queues: a
 * collector that is slow or away costs signals, never requests.
 *
 * @throws WeftError UNAVAILABLE `ADDRESS_IN_USE` when metrics cannot be served where they should
 */
export async function startTelemetry({ config, serviceName, logger }: TelemetryOptions): Promise<Telemetry> {
  const measured = measuredMetrics(allMetrics);
  const server =
    config.metricsAddress === undefined
      ? undefined
      : await openMetricsServer(config.metricsAddress, measured);
  const resource = resourceFromAttributes({
    'service.namespace': 'weft',
    'service.instance.id': newId(),
    ...config.resourceAttributes,
    'service.name': config.serviceName ?? config.resourceAttributes['service.name'] ?? serviceName,
  });
  if (config.endpoint !== undefined) logExportTroubles(logger);
  const providers = [
    ...startMetrics(config, resource, { server, measured }),
    ...startTraces(config, resource),
    ...startLogs(config, resource),
  ];
  const endObservation = observeProcess();
  return {
    metricsPort: server?.port,
    async stop() {
      endObservation();
      setTraceSource(undefined);
      setLogLineListener(undefined);
      const farewell = Promise.allSettled(providers.map((provider) => provider.shutdown()));
      await within(farewell, farewellMs);
      measureMetrics(false);
      await server?.close();
    },
  };
}

function startTraces(config: TelemetryConfig, resource: Resource): Provider[] {
  const exporting = sending(config, 'traces');
  if (exporting === undefined) return [];
  const { sampler, followsParent, recordsNext } = traceSampler(config.sampler, config.samplerRatio);
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(exporting),
    scheduledDelayMillis: config.spanDelayMs,
    exportTimeoutMillis: exportTimeoutMs,
  });
  setTraceSource({
    startSpan: spanRecorder({ resource, sampler, processor }),
    followsParent,
    recordsNext,
  });
  return [processor];
}

function startMetrics(
  config: TelemetryConfig,
  resource: Resource,
  { server, measured }: { server: MetricsServer | undefined; measured: MetricProducer },
): Provider[] {
  const readers: IMetricReader[] = server === undefined ? [] : [server.reader];
  const exporting = sending(config, 'metrics');
  if (exporting !== undefined) {
    readers.push(
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter(exporting),
        exportIntervalMillis: config.metricIntervalMs,
        exportTimeoutMillis: Math.min(exportTimeoutMs, config.metricIntervalMs),
        metricProducers: [measured],
      }),
    );
  }
  if (readers.length === 0) return [];
  measureMetrics(true);
  return [new MeterProvider({ resource, readers })];
}

function startLogs(config: TelemetryConfig, resource: Resource): Provider[] {
  const exporting = sending(config, 'logs');
  if (exporting === undefined) return [];
  const exporter = new OTLPLogExporter(exporting);
  const processor = new BatchLogRecordProcessor({ exporter, exportTimeoutMillis: exportTimeoutMs });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  setLogLineListener(exportLogLines(provider.getLogger('weft')));
  return [provider];
}

/** How a signal is sent; undefined where it is not. */
function sending({ endpoint, headers, sent }: TelemetryConfig, signal: Signal) {
  if (endpoint === undefined || !sent[signal]) return undefined;
  return { url: `${endpoint}/v1/${signal}`, headers, timeoutMillis: exportTimeoutMs };
}

async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
