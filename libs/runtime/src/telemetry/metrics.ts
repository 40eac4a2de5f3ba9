import { counterMetric, gaugeMetric, type Metric, sumMetric, valueMetric } from './instruments';

/** Seconds. Source: OpenTelemetry's semantic conventions for HTTP and RPC metrics, and longer ones for whole answers. */
const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120,
];
/** Seconds. Source: OpenTelemetry's semantic conventions for generative AI metrics. */
const modelDurationBuckets = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
const perTokenBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
const tokenBuckets = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
];

const rpcLabels = ['rpc.method', 'rpc.response.status_code'];
const modelLabels = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'];

/** Every metric of weft. Names and labels follow OpenTelemetry's semantic conventions where they have any. */
export const metrics = {
  httpServerDuration: valueMetric('http.server.request.duration', {
    description: 'How long requests at the HTTP door took, whole streams included.',
    unit: 's',
    labels: ['http.request.method', 'http.route', 'http.response.status_code'],
    buckets: durationBuckets,
  }),
  rpcServerDuration: valueMetric('rpc.server.call.duration', {
    description: 'How long calls that came in took, whole streams included.',
    unit: 's',
    labels: rpcLabels,
    buckets: durationBuckets,
  }),
  rpcClientDuration: valueMetric('rpc.client.call.duration', {
    description: 'How long calls to other processes took, attempts that were repeated included.',
    unit: 's',
    labels: rpcLabels,
    buckets: durationBuckets,
  }),
  streamsActive: sumMetric('weft.streams.active', {
    description: 'Streams that go on now.',
    unit: '{stream}',
    labels: ['rpc.method'],
  }),
  modelDuration: valueMetric('gen_ai.client.operation.duration', {
    description: 'How long calls to model providers took.',
    unit: 's',
    labels: [...modelLabels, 'error.type'],
    buckets: modelDurationBuckets,
  }),
  modelTokens: valueMetric('gen_ai.client.token.usage', {
    description: 'Tokens of a call to a model provider.',
    unit: '{token}',
    labels: [...modelLabels, 'gen_ai.token.type'],
    buckets: tokenBuckets,
  }),
  timeToFirstToken: valueMetric('gen_ai.server.time_to_first_token', {
    description: 'From a streamed call to a model provider to its first content.',
    unit: 's',
    labels: modelLabels,
    buckets: firstTokenBuckets,
  }),
  timePerOutputToken: valueMetric('gen_ai.server.time_per_output_token', {
    description: 'Time for each token of a streamed answer after the first content.',
    unit: 's',
    labels: modelLabels,
    buckets: perTokenBuckets,
  }),
  runs: counterMetric('weft.runs', {
    description: 'Runs that ended.',
    unit: '{run}',
    labels: ['weft.run.state'],
  }),
  cost: counterMetric('weft.usage.cost', {
    description: 'What calls to model providers cost, by the rows that the ledger has of them.',
    unit: '{currency}',
    labels: ['gen_ai.provider.name', 'gen_ai.response.model', 'weft.currency'],
  }),
  unpricedCalls: counterMetric('weft.usage.unpriced_calls', {
    description: 'Rows of the ledger whose model has no known price.',
    unit: '{call}',
    labels: ['gen_ai.provider.name', 'gen_ai.response.model'],
  }),
  cacheLookups: counterMetric('weft.cache.lookups', {
    description: 'Looked up answers.',
    unit: '{lookup}',
    labels: ['weft.cache.result'],
  }),
  outboxPublished: counterMetric('weft.outbox.published', {
    description: 'Events that left an outbox for the event bus.',
    unit: '{event}',
    labels: ['weft.service'],
  }),
  outboxFailures: counterMetric('weft.outbox.failures', {
    description: 'Rounds in which an outbox could not be published.',
    unit: '{round}',
    labels: ['weft.service'],
  }),
  outboxRefused: counterMetric('weft.outbox.refused', {
    description: 'Events that the event bus will never take, put aside.',
    unit: '{event}',
    labels: ['weft.service'],
  }),
  eventsHandled: counterMetric('weft.events.handled', {
    description: 'Events that a consumer handled.',
    unit: '{event}',
    labels: ['messaging.consumer.group.name'],
  }),
  deadLetters: counterMetric('weft.events.dead_letters', {
    description: 'Events that a consumer gave up.',
    unit: '{event}',
    labels: ['messaging.consumer.group.name'],
  }),
  databasePool: gaugeMetric('weft.database.pool', {
    description: 'Connections to PostgreSQL that are in use or idle, and pieces of work that wait for one.',
    unit: '{connection}',
    labels: ['weft.database.pool.state'],
  }),
  memoryUsage: gaugeMetric('process.memory.usage', {
    description: 'Resident memory of the process.',
    unit: 'By',
    labels: [],
  }),
  heapUsed: gaugeMetric('v8js.memory.heap.used', {
    description: 'Heap in use.',
    unit: 'By',
    labels: [],
  }),
  eventLoopUtilization: gaugeMetric('nodejs.eventloop.utilization', {
    description: 'The share of time that the event loop was busy since it was read last.',
    unit: '1',
    labels: [],
  }),
};

/** Every metric, in the order of their declaration. */
export const allMetrics: readonly Metric[] = Object.values(metrics);

/** Has everything measured from now on, or no more. For who starts the process. */
export function measureMetrics(on: boolean): void {
  for (const metric of allMetrics) metric.measure(on);
}
