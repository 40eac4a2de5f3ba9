import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** What decides how Prometheus names a metric. */
export interface NamedMetric {
  name: string;
  /** In UCUM. */
  unit: string;
  kind: 'histogram' | 'counter' | 'sum' | 'gauge';
}

/**
 * The name of a metric in Prometheus, as the Collector and Prometheus' own OTLP receiver make it: whichever way metrics take, dashboards
 * and alerts find them under one name. Histograms have `_bucket`, `_sum` and `_count` behind it.
 *
 * Source: OpenTelemetry's specification, compatibility with Prometheus and OpenMetrics, metric metadata.
 */
export function prometheusName({ name, unit, kind }: NamedMetric): string {
  let words = wordsOf(name);
  const { of, per } = unitWords(unit);
  if (of !== '' && !words.includes(of)) words.push(of);
  if (per !== '') words.push('per', per);
  if (kind === 'counter') words = [...words.filter((word) => word !== 'total'), 'total'];
  if (kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio'];
  return words.join('_').replace(/^\d/, '_$&');
}

/** The same measurements under Prometheus' names. */
export function inPrometheusNames({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(renamed) })),
  };
}

function renamed(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  // The name tells the unit: the text format has no line for it.
  const descriptor = {
    ...metric.descriptor,
    name: prometheusName({ name, unit, kind: kindOf(metric) }),
    unit: '',
  };
  return { ...metric, descriptor };
}

function kindOf(metric: MetricData): NamedMetric['kind'] {
  if (metric.dataPointType === DataPointType.GAUGE) return 'gauge';
  if (metric.dataPointType !== DataPointType.SUM) return 'histogram';
  return metric.isMonotonic ? 'counter' : 'sum';
}

/** What stands before and behind the slash of a unit, in words; annotations such as `{token}` say what is counted and are no unit. */
function unitWords(unit: string): { of: string; per: string } {
  const [of = '', per = ''] = unit.split(/\/(.*)/s).map((part) => (/[{}]/.test(part) ? '' : part.trim()));
  return {
    of: wordsOf(plurals[of] ?? of).join('_'),
    per: wordsOf(singulars[per] ?? per).join('_'),
  };
}

function wordsOf(text: string): string[] {
  return text.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
}

const plurals: Record<string, string> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
};

const singulars: Record<string, string> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};
