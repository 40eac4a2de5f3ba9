import {
  type Attributes,
  type Histogram,
  type Meter,
  type ObservableGauge,
  type UpDownCounter,
  type Counter,
} from '@opentelemetry/api';

/** What a measurement is kept apart by: few values each, never a tenant, a key, a request or content. */
export type Labels = Attributes;

/** What a metric says of itself. */
export interface MetricDescription {
  description: string;
  /** In UCUM, such as `s`, `By` or `{call}`. */
  unit: string;
  /** The labels there may be. */
  labels: readonly string[];
}

/** One metric of weft. */
export interface Metric extends MetricDescription {
  readonly name: string;
  readonly kind: 'histogram' | 'counter' | 'sum' | 'gauge';
  /** Measures with this meter from now on; undefined measures no more. */
  bind(meter: Meter | undefined): void;
}

/** A metric of values, such as durations. */
export interface ValueMetric extends Metric {
  /** Whether anybody measures: what costs something to find out need not be found out otherwise. */
  readonly measured: boolean;
  record(value: number, labels: Labels): void;
}

/** A metric that is counted up, or up and down. */
export interface CountMetric extends Metric {
  add(count: number, labels: Labels): void;
}

/** A metric that is looked at when it is read. */
export interface GaugeMetric extends Metric {
  /** Has `read` asked whenever the metric is read. Returns what ends that. */
  observe(read: () => { value: number; labels: Labels }[]): () => void;
}

/** Declares a metric of values that fall into buckets. */
export function valueMetric(
  name: string,
  { buckets, ...description }: MetricDescription & { buckets: readonly number[] },
): ValueMetric {
  let histogram: Histogram | undefined;
  return {
    name,
    kind: 'histogram',
    ...description,
    get measured() {
      return histogram !== undefined;
    },
    record: (value, labels) => histogram?.record(value, labels),
    bind(meter) {
      const advice = { explicitBucketBoundaries: [...buckets] };
      histogram = meter?.createHistogram(name, { ...textOf(description), advice });
    },
  };
}

/** Declares a metric that is only ever counted up. */
export function counterMetric(name: string, description: MetricDescription): CountMetric {
  let counter: Counter | undefined;
  return {
    name,
    kind: 'counter',
    ...description,
    add: (count, labels) => counter?.add(count, labels),
    bind: (meter) => void (counter = meter?.createCounter(name, textOf(description))),
  };
}

/** Declares a metric that is counted up and down. */
export function sumMetric(name: string, description: MetricDescription): CountMetric {
  let sum: UpDownCounter | undefined;
  return {
    name,
    kind: 'sum',
    ...description,
    add: (count, labels) => sum?.add(count, labels),
    bind: (meter) => void (sum = meter?.createUpDownCounter(name, textOf(description))),
  };
}

/** Declares a metric that is looked at when it is read. */
export function gaugeMetric(name: string, description: MetricDescription): GaugeMetric {
  const readers = new Set<() => { value: number; labels: Labels }[]>();
  let gauge: ObservableGauge | undefined;
  return {
    name,
    kind: 'gauge',
    ...description,
    observe(read) {
      readers.add(read);
      return () => readers.delete(read);
    },
    bind(meter) {
      gauge = meter?.createObservableGauge(name, textOf(description));
      gauge?.addCallback((result) => {
        for (const read of readers) for (const { value, labels } of read()) result.observe(value, labels);
      });
    },
  };
}

function textOf({ description, unit }: MetricDescription): { description: string; unit: string } {
  return { description, unit };
}
