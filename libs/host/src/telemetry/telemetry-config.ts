import {
  booleanSetting,
  type Environment,
  integerSetting,
  loadConfig,
  optionalTextSetting,
} from '@weft/runtime';
import { z } from 'zod';
import { parsePairs } from './setting-pairs';

/** How traces are chosen, by OpenTelemetry's own names. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof samplerNames)[number];

/** What a process tells of itself. */
export type Signal = 'traces' | 'metrics' | 'logs';

/** Settings of telemetry, the standard ones of OpenTelemetry where it has any. */
export interface TelemetryConfig {
  /** Where traces, metrics and logs go by OTLP over HTTP; undefined sends none. Without a slash at the end. */
  endpoint: string | undefined;
  headers: Record<string, string>;
  /** Which signals go there. */
  sent: Record<Signal, boolean>;
  sampler: SamplerName;
  /** The share of traces that are recorded where a ratio decides. */
  samplerRatio: number;
  /** Added to what each signal says of its process. */
  resourceAttributes: Record<string, string>;
  serviceName: string | undefined;
  /** How long spans wait for others before they go out. */
  spanDelayMs: number;
  metricIntervalMs: number;
  /** `host:port` of `GET /metrics`; undefined answers none. */
  metricsAddress: string | undefined;
}

/** Reads the settings of telemetry. Throws FAILED_PRECONDITION naming each bad variable. */
export function loadTelemetryConfig(env: Environment): TelemetryConfig {
  const settings = loadConfig(shape, env);
  const { OTEL_SDK_DISABLED: disabled } = settings;
  return {
    endpoint: disabled ? undefined : settings.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, ''),
    sent: {
      traces: settings.OTEL_TRACES_EXPORTER === 'otlp',
      metrics: settings.OTEL_METRICS_EXPORTER === 'otlp',
      logs: settings.OTEL_LOGS_EXPORTER === 'otlp',
    },
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS,
    sampler: settings.OTEL_TRACES_SAMPLER,
    samplerRatio: settings.OTEL_TRACES_SAMPLER_ARG,
    resourceAttributes: settings.OTEL_RESOURCE_ATTRIBUTES,
    serviceName: settings.OTEL_SERVICE_NAME,
    spanDelayMs: settings.OTEL_BSP_SCHEDULE_DELAY,
    metricIntervalMs: settings.OTEL_METRIC_EXPORT_INTERVAL,
    metricsAddress: disabled ? undefined : settings.WEFT_METRICS_ADDRESS,
  };
}

const shape = {
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalTextSetting({
    description: 'where traces, metrics and logs go by OTLP over HTTP; unset sends none',
    example: 'http://collector.example:4318',
  }).refine((url) => url === undefined || /^https?:\/\//.test(url), 'must begin with http:// or https://'),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .literal('http/protobuf', 'must be http/protobuf, which collectors take on port 4318')
    .default('http/protobuf')
    .meta({ description: 'how signals are sent; there is no other way yet', example: 'http/protobuf' }),
  OTEL_SDK_DISABLED: booleanSetting({
    default: false,
    description: 'whether nothing is sent or served at all',
  }),
  OTEL_TRACES_EXPORTER: exporterSetting('traces'),
  OTEL_METRICS_EXPORTER: exporterSetting('metrics'),
  OTEL_LOGS_EXPORTER: exporterSetting('logs'),
  OTEL_EXPORTER_OTLP_HEADERS: pairsSetting({
    description: 'headers of what is sent, such as a key, as name=value with commas between',
    example: 'api-key=…',
  }),
  OTEL_TRACES_SAMPLER: z
    .enum(samplerNames, `must be one of ${samplerNames.join(', ')}`)
    .default('parentbased_traceidratio')
    .meta({ description: 'which traces are recorded', example: 'parentbased_always_on' }),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(0.1)
    .meta({ description: 'the share of new traces that are recorded', example: '0.1' }),
  OTEL_RESOURCE_ATTRIBUTES: pairsSetting({
    description: 'what else each signal says of its process, as name=value with commas between',
    example: 'deployment.environment.name=production',
  }),
  OTEL_SERVICE_NAME: optionalTextSetting({
    description: "the process's name in telemetry; unset uses the service's, and weft in standalone",
    example: 'weft-gateway',
  }),
  OTEL_BSP_SCHEDULE_DELAY: integerSetting({
    min: 10,
    max: 600_000,
    default: 5000,
    description: 'how long spans wait for others before they are sent, in milliseconds',
  }),
  OTEL_METRIC_EXPORT_INTERVAL: integerSetting({
    min: 100,
    max: 3_600_000,
    default: 60_000,
    description: 'how often metrics are sent, in milliseconds',
  }),
  WEFT_METRICS_ADDRESS: optionalTextSetting({
    description: 'host:port to answer GET /metrics on, for Prometheus; unset answers none',
    example: '0.0.0.0:9464',
  }).refine((address) => address === undefined || /^.+:\d{1,5}$/.test(address), 'must be host:port'),
};

function exporterSetting(signal: Signal) {
  return z
    .enum(['otlp', 'none'], 'must be otlp or none')
    .default('otlp')
    .meta({
      description: `whether ${signal} are sent where OTEL_EXPORTER_OTLP_ENDPOINT says`,
      example: 'none',
    });
}

function pairsSetting(meta: { description: string; example: string }) {
  return z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = parsePairs(text);
      if (pairs !== undefined) return pairs;
      context.addIssue({ code: 'custom', message: 'must be name=value with commas between' });
      return z.NEVER;
    })
    .meta(meta);
}
