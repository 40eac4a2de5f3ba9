import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the logging service. */
export interface LoggingConfig {
  /** The most events that are stored in one transaction. */
  batchMax: number;
}

/** Reads the settings of the logging service. */
export function loadLoggingConfig(env: Environment): LoggingConfig {
  const settings = loadConfig(
    {
      WEFT_LOGGING_BATCH_MAX: integerSetting({
        min: 1,
        max: 10_000,
        default: 500,
        description: 'the most events that are stored in one transaction',
      }),
    },
    env,
  );
  return { batchMax: settings.WEFT_LOGGING_BATCH_MAX };
}
