import { loadTelemetryConfig } from './telemetry-config';

it('sends and serves nothing when nothing is set', () => {
  expect(loadTelemetryConfig({})).toMatchObject({ endpoint: undefined, metricsAddress: undefined });
});

it('records a tenth of new traces, and follows what a caller decided, when nothing is set', () => {
  const { sampler, samplerRatio } = loadTelemetryConfig({});
  expect([sampler, samplerRatio]).toEqual(['parentbased_traceidratio', 0.1]);
});

it('reads headers and attributes with percent-encoded values', () => {
  const { headers, resourceAttributes } = loadTelemetryConfig({
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x-team = ai',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  expect([headers, resourceAttributes]).toEqual([
    { 'api-key': 'a b', 'x-team': 'ai' },
    { 'deployment.environment.name': 'test' },
  ]);
});

it('sends every signal where it may send, but those that are named', () => {
  const { sent } = loadTelemetryConfig({ OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' });
  expect(sent).toEqual({ traces: true, metrics: false, logs: false });
});

it('sends and serves nothing when it is disabled', () => {
  const config = loadTelemetryConfig({
    OTEL_SDK_DISABLED: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    WEFT_METRICS_ADDRESS: '127.0.0.1:9464',
  });
  expect([config.endpoint, config.metricsAddress]).toEqual([undefined, undefined]);
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'no-value'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_METRICS_EXPORTER', 'prometheus'],
  ['OTEL_SDK_DISABLED', 'yes'],
  ['WEFT_METRICS_ADDRESS', '9464'],
])('refuses %s=%s, by its name', (name, value) => {
  expect(() => loadTelemetryConfig({ [name]: value })).toThrow(name);
});

it('does not repeat headers that it refuses: they hold keys', () => {
  const refuse = () => loadTelemetryConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'canary' });
  expect(refuse).toThrow(/^(?!.*canary)/s);
});
