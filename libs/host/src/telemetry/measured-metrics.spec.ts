import { type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import { allMetrics, measureMetrics, type Metric } from '@weft/runtime';
import fc from 'fast-check';
import { measuredMetrics } from './measured-metrics';

/*
 * Goal: readers get from weft's own sums what the SDK's instruments would tell them.
 * Method: the same measurements go into both, and what comes out is compared.
 */

class OnDemandReader extends MetricReader {
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

interface Measurement {
  metric: number;
  label: string | undefined;
  value: number;
}

/** What the SDK makes of measurements. */
async function bySdk(metrics: readonly Metric[], measurements: Measurement[]): Promise<MetricData[]> {
  const reader = new OnDemandReader({
    aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
  });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('weft');
  const takers = metrics.map((metric) => {
    const { name, description, unit } = metric;
    if (metric.kind === 'counter') {
      const counter = meter.createCounter(name, { description, unit });
      return (value: number, labels: object) => counter.add(value, { ...labels });
    }
    if (metric.kind !== 'histogram') {
      const sum = meter.createUpDownCounter(name, { description, unit });
      return (value: number, labels: object) => sum.add(value, { ...labels });
    }
    const explicitBucketBoundaries = boundariesOf(metric);
    const advice = { explicitBucketBoundaries };
    const histogram = meter.createHistogram(name, { description, unit, advice });
    return (value: number, labels: object) => histogram.record(value, { ...labels });
  });
  for (const { metric, label, value } of measurements)
    takers[metric]!(value, labelsOf(metrics[metric]!, label));
  const { resourceMetrics } = await reader.collect();
  return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
}

async function byWeft(metrics: readonly Metric[], measurements: Measurement[]): Promise<MetricData[]> {
  measureMetrics(true);
  try {
    for (const { metric: index, label, value } of measurements) {
      const metric = metrics[index]!;
      if (metric.kind === 'histogram') metric.record(value, labelsOf(metric, label));
      else if (metric.kind !== 'gauge') metric.add(value, labelsOf(metric, label));
    }
    const { resourceMetrics, errors } = await measuredMetrics(metrics).collect();
    expect(errors).toEqual([]);
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  } finally {
    measureMetrics(false);
  }
}

/** A metric tells its boundaries with the first value. */
function boundariesOf(metric: Extract<Metric, { kind: 'histogram' }>): number[] {
  metric.measure(true);
  metric.record(0, {});
  const [{ value }] = metric.read() as [ReturnType<typeof metric.read>[number]];
  metric.measure(false);
  return [...value.boundaries];
}

const labelsOf = (metric: Metric, value: string | undefined) =>
  value === undefined || metric.labels[0] === undefined ? {} : { [metric.labels[0]]: value };

/** Without times, and in an order of their own. */
function comparable(metrics: MetricData[]): unknown[] {
  return metrics
    .map(({ descriptor: { name, description, unit, valueType }, dataPoints, ...rest }) => ({
      ...rest,
      descriptor: { name, description, unit, valueType },
      dataPoints: dataPoints
        .map(({ attributes, value }) => ({ attributes, value }))
        .sort((left, right) =>
          JSON.stringify(left.attributes).localeCompare(JSON.stringify(right.attributes)),
        ),
    }))
    .sort((left, right) => left.descriptor.name.localeCompare(right.descriptor.name));
}

const measured = allMetrics.filter(({ kind }) => kind !== 'gauge');
/** Whole numbers of sixty-fourths: sums of them are exact, in whatever order they are added. */
const values = fc.integer({ min: 0, max: 64 * 200 }).map((value) => value / 64);
const measurements = fc.array(
  fc.record({
    metric: fc.nat({ max: measured.length - 1 }),
    label: fc.constantFrom('x', 'y', undefined),
    value: values,
  }),
  { maxLength: 200 },
);

it("tells what the SDK's instruments tell of the same measurements", async () => {
  await fc.assert(
    fc.asyncProperty(measurements, async (given) => {
      const [sdk, weft] = [await bySdk(measured, given), await byWeft(measured, given)];
      expect(comparable(weft)).toEqual(comparable(sdk));
    }),
    { numRuns: 50 },
  );
});

it('begins its sums when measuring begins, and ends them when it is asked', async () => {
  const before = Date.now();
  const producer = measuredMetrics(allMetrics);
  measureMetrics(true);
  const runs = allMetrics.find(({ name }) => name === 'weft.runs')!;
  if (runs.kind === 'counter') runs.add(1, {});
  const collect = async () =>
    (await producer.collect()).resourceMetrics.scopeMetrics[0]!.metrics[0]!.dataPoints[0]!;
  const [first, second] = [await collect(), await collect()];
  measureMetrics(false);
  const inMilliseconds = ([seconds, nanoseconds]: HrTime) => seconds * 1000 + nanoseconds / 1e6;
  expect(first.startTime).toEqual(second.startTime);
  expect(inMilliseconds(first.startTime)).toBeGreaterThanOrEqual(before);
  expect(inMilliseconds(second.endTime)).toBeGreaterThanOrEqual(inMilliseconds(first.endTime));
});

it('tells of the others where one cannot be read', async () => {
  const broken: Metric = {
    name: 'broken',
    kind: 'gauge',
    description: '',
    unit: '1',
    labels: [],
    measure: () => undefined,
    observe: () => () => undefined,
    read() {
      throw new Error('cannot be read');
    },
  };
  const whole: Metric = { ...broken, name: 'whole', read: () => [{ labels: {}, value: 1 }] };
  const { resourceMetrics, errors } = await measuredMetrics([broken, whole]).collect();
  const names = resourceMetrics.scopeMetrics[0]!.metrics.map(({ descriptor }) => descriptor.name);
  expect([names, errors]).toEqual([['whole'], [new Error('cannot be read')]]);
});
