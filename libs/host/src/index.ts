// First, so that an unsupported Node is reported before another import fails on it.
import '@weft/runtime';
export { createService, type HostedService, type HostResources } from './create-service';
export { type EngineConfig, loadEngineConfig } from './engine-config';
export { openDatabaseEngine, openEventBus } from './open-engines';
export { runServiceProcess } from './run-service-process';
export {
  defineService,
  type ServiceContext,
  type ServiceDefinition,
  type ServiceInstance,
} from './service-definition';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry/start-telemetry';
export { loadTelemetryConfig, type TelemetryConfig } from './telemetry/telemetry-config';
