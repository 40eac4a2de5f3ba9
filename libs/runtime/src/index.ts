import './require-node';
export {
  booleanSetting,
  type Environment,
  integerSetting,
  loadConfig,
  optionalTextSetting,
  portSetting,
  textSetting,
} from './config';
export { newId } from './identifiers';
export { Lifecycle, type StopStep } from './lifecycle';
export { createLogger, type Logger, type LogLevel, logLevels, silentLogger } from './logger';
export { createReadiness, type Readiness, type ReadinessCheck } from './readiness';
export { runProcess } from './run-process';
export { type Distribution } from './telemetry/distribution';
export { type CountMetric, type GaugeMetric, type Metric, type ValueMetric } from './telemetry/instruments';
export { type LogLineListener, setLogLineListener } from './telemetry/log-lines';
export { allMetrics, measureMetrics, metrics } from './telemetry/metrics';
export { modelLabel } from './telemetry/model-label';
export { randomHex } from './telemetry/random-hex';
export { type Labels, type Series } from './telemetry/series';
export { parseTraceparent, recordedTraceparent, type TraceParent } from './telemetry/trace-parent';
export { currentTraceparent, TraceScope } from './telemetry/trace-scope';
export {
  isTracing,
  openChildSpan,
  openSpan,
  setTraceSource,
  type SpanFacts,
  type StartedSpan,
  type TraceSource,
  type TraceSpan,
  type WorkKind,
} from './telemetry/tracing';
export {
  ModelCallObservation,
  type ModelCallStart,
  type TokensTaken,
} from './telemetry/model-call-observation';
