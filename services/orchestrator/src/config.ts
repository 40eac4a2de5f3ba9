import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the orchestrator. */
export interface OrchestratorConfig {
  /** The longest that one step before the model may take. */
  stepTimeoutMs: number;
  /** The silence after which a stream gets a heartbeat. */
  heartbeatMs: number;
  /** After how long without a sign of its process a run is taken for lost. */
  runLeaseMs: number;
  /** How long a run that goes on waits until it can be recorded. */
  recordTimeoutMs: number;
}

export function loadOrchestratorConfig(env: Environment): OrchestratorConfig {
  const settings = loadConfig(
    {
      WEFT_ORCHESTRATOR_STEP_TIMEOUT_MS: integerSetting({
        min: 100,
        max: 600_000,
        default: 15_000,
        description:
          'the longest that one step before the model (screening, search, memory, prompt) may take, in milliseconds',
      }),
      WEFT_ORCHESTRATOR_HEARTBEAT_MS: integerSetting({
        min: 10,
        max: 600_000,
        default: 10_000,
        description: 'the silence after which a stream gets a heartbeat, in milliseconds',
      }),
      WEFT_ORCHESTRATOR_RUN_LEASE_MS: integerSetting({
        min: 100,
        max: 600_000,
        default: 15_000,
        description:
          'after how long without a sign of its process a run is taken for lost and billed with what is known of it, in milliseconds',
      }),
      WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: integerSetting({
        min: 100,
        max: 600_000,
        default: 10_000,
        description:
          'how long a run waits until it can be recorded while the database is away, in milliseconds',
      }),
    },
    env,
  );
  return {
    stepTimeoutMs: settings.WEFT_ORCHESTRATOR_STEP_TIMEOUT_MS,
    heartbeatMs: settings.WEFT_ORCHESTRATOR_HEARTBEAT_MS,
    runLeaseMs: settings.WEFT_ORCHESTRATOR_RUN_LEASE_MS,
    recordTimeoutMs: settings.WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS,
  };
}
