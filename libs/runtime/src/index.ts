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
