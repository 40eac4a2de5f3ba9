import { Distribution } from './distribution';
import { type Labels, type Series, SeriesTable } from './series';

/** What a metric says of itself. */
export interface MetricDescription {
  description: string;
  /** In UCUM, such as `s`, `By` or `{call}`. */
  unit: string;
  /** The labels there may be. */
  labels: readonly string[];
}

interface Declared<Kind extends string, Value> extends MetricDescription {
  readonly name: string;
  readonly kind: Kind;
  /** Measures from now on, or no more; what was measured before is forgotten. */
  measure(on: boolean): void;
  /** What has been measured. */
  read(): readonly Series<Value>[];
}

/** A metric of values, such as durations. */
export interface ValueMetric extends Declared<'histogram', Distribution> {
  /** Whether anybody measures: what costs something to find out need not be found out otherwise. */
  readonly measured: boolean;
  /** Values below zero, and what is no number, are left out. */
  record(value: number, labels: Labels): void;
}

/** A metric that is counted up, or up and down. */
export interface CountMetric extends Declared<'counter' | 'sum', { total: number }> {
  add(count: number, labels: Labels): void;
  /** Tells of a count before there is anything to count: for Prometheus what appears with one has not risen to one. */
  begin(labels: Labels): void;
}

/** A metric that is looked at when it is read. */
export interface GaugeMetric extends Declared<'gauge', number> {
  /** Has `look` asked whenever the metric is read; of several that tell of the same labels the last counts. Returns what ends that. */
  observe(look: () => Series<number>[]): () => void;
}

/** One metric of weft. */
export type Metric = ValueMetric | CountMetric | GaugeMetric;

/** Declares a metric of values that fall into buckets. */
export function valueMetric(
  name: string,
  { buckets, ...description }: MetricDescription & { buckets: readonly number[] },
): ValueMetric {
  let table: SeriesTable<Distribution> | undefined;
  return {
    name,
    kind: 'histogram',
    ...description,
    get measured() {
      return table !== undefined;
    },
    record(value, labels) {
      if (value >= 0) table?.at(labels).value.add(value);
    },
    measure(on) {
      table = on ? new SeriesTable(description.labels, () => new Distribution(buckets)) : undefined;
    },
    read: () => table?.list() ?? [],
  };
}

/** Declares a metric that is only ever counted up. */
export function counterMetric(name: string, description: MetricDescription): CountMetric {
  return countMetric(name, 'counter', description);
}

/** Declares a metric that is counted up and down. */
export function sumMetric(name: string, description: MetricDescription): CountMetric {
  return countMetric(name, 'sum', description);
}

function countMetric(name: string, kind: CountMetric['kind'], description: MetricDescription): CountMetric {
  let table: SeriesTable<{ total: number }> | undefined;
  return {
    name,
    kind,
    ...description,
    add(count, labels) {
      if (table !== undefined) table.at(labels).value.total += count;
    },
    begin: (labels) => void table?.at(labels),
    measure(on) {
      table = on ? new SeriesTable(description.labels, () => ({ total: 0 })) : undefined;
    },
    read: () => table?.list() ?? [],
  };
}

/** Declares a metric that is looked at when it is read. */
export function gaugeMetric(name: string, description: MetricDescription): GaugeMetric {
  const looks = new Set<() => Series<number>[]>();
  return {
    name,
    kind: 'gauge',
    ...description,
    observe(look) {
      looks.add(look);
      return () => looks.delete(look);
    },
    measure: () => undefined,
    read() {
      const table = new SeriesTable(description.labels, () => 0);
      for (const look of looks) for (const { labels, value } of look()) table.at(labels).value = value;
      return table.list();
    },
  };
}
