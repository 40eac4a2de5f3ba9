import { type HrTime, ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { type Distribution, type Metric, type Series } from '@weft/runtime';
import { hrTime } from './hr-time';

/**
 * Hands what was measured since now to OpenTelemetry's readers. The sums are weft's own: the SDK's instruments sort and write the labels
 * of each measurement to find its series.
 */
export function measuredMetrics(metrics: readonly Metric[]): MetricProducer {
  const startTime = hrTime(Date.now());
  return {
    collect() {
      const endTime = hrTime(Date.now());
      const errors: unknown[] = [];
      const collected = metrics.flatMap((metric) => {
        try {
          const data = dataOf(metric, { startTime, endTime });
          return data.dataPoints.length === 0 ? [] : [data];
        } catch (error) {
          errors.push(error);
          return [];
        }
      });
      const scopeMetrics = [{ scope: { name: 'weft' }, metrics: collected }];
      return Promise.resolve<CollectionResult>({
        resourceMetrics: { resource: emptyResource(), scopeMetrics },
        errors,
      });
    },
  };
}

interface Span {
  startTime: HrTime;
  endTime: HrTime;
}

function dataOf(metric: Metric, span: Span): MetricData {
  const { name, description, unit } = metric;
  const common = {
    descriptor: { name, description, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (metric.kind === 'histogram')
    return {
      ...common,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: pointsOf(metric.read(), span, histogramOf),
    };
  if (metric.kind === 'gauge')
    return {
      ...common,
      dataPointType: DataPointType.GAUGE,
      dataPoints: pointsOf(metric.read(), span, (value) => value),
    };
  return {
    ...common,
    dataPointType: DataPointType.SUM,
    isMonotonic: metric.kind === 'counter',
    dataPoints: pointsOf(metric.read(), span, ({ total }) => total),
  };
}

function pointsOf<Value, Told>(
  series: readonly Series<Value>[],
  span: Span,
  told: (value: Value) => Told,
): DataPoint<Told>[] {
  return series.map(({ labels, value }) => ({ ...span, attributes: labels, value: told(value) }));
}

/** Counts are copied: measuring goes on while they are sent. */
function histogramOf({ boundaries, counts, count, sum, min, max }: Distribution) {
  return { buckets: { boundaries: [...boundaries], counts: [...counts] }, count, sum, min, max };
}
