import { type Attributes } from '@opentelemetry/api';

/** What a measurement is kept apart by: few values each, never a tenant, a key, a request or content. */
export type Labels = Attributes;

/** One combination of labels, and what was measured with it. */
export interface Series<Value> {
  labels: Labels;
  value: Value;
}

/** So many combinations are told apart; what comes beyond is kept together. Source: OpenTelemetry's metrics SDK, cardinality limits. */
const seriesMax = 2000;
const overflowLabels: Labels = { 'otel.metric.overflow': true };

/** The combinations of some labels up to one of them. */
interface Branch<Value> {
  below: Map<unknown, Branch<Value>>;
  series: Series<Value> | undefined;
}

/**
 * The series of one metric. A series is found by the values of its labels, one after the other in the order of their declaration: no key is
 * built, and nothing sorted or written, for each measurement.
 */
export class SeriesTable<Value> {
  private readonly root: Branch<Value> = { below: new Map(), series: undefined };
  private readonly all: Series<Value>[] = [];
  private overflow: Series<Value> | undefined;

  /** @param names the labels that there may be; others are left out */
  constructor(
    private readonly names: readonly string[],
    private readonly begin: () => Value,
  ) {}

  /** The series with these labels, which begins now if it is new. */
  at(labels: Labels): Series<Value> {
    let branch = this.root;
    for (const name of this.names) {
      const value = labels[name];
      const next = branch.below.get(value);
      if (next === undefined) return this.add(labels);
      branch = next;
    }
    return branch.series ?? this.add(labels);
  }

  list(): readonly Series<Value>[] {
    return this.all;
  }

  private add(labels: Labels): Series<Value> {
    if (this.all.length >= seriesMax - 1) return (this.overflow ??= this.keep(overflowLabels));
    const told = this.names.filter((name) => labels[name] !== undefined);
    const series = this.keep(Object.fromEntries(told.map((name) => [name, labels[name]])));
    this.branchOf(labels).series = series;
    return series;
  }

  private keep(labels: Labels): Series<Value> {
    const series = { labels, value: this.begin() };
    this.all.push(series);
    return series;
  }

  private branchOf(labels: Labels): Branch<Value> {
    let branch = this.root;
    for (const name of this.names) {
      const value = labels[name];
      let next = branch.below.get(value);
      if (next === undefined) {
        next = { below: new Map(), series: undefined };
        branch.below.set(value, next);
      }
      branch = next;
    }
    return branch;
  }
}
