import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

import { type ModelPrices } from './price-list';
import { modelPricesSetting } from './price-settings';

/** Settings of the logging service. */
export interface LoggingConfig {
  /** The most events that are stored in one transaction. */
  batchMax: number;
  /** What calls cost. */
  prices: ModelPrices;
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
      WEFT_MODEL_PRICES: modelPricesSetting(),
    },
    env,
  );
  return { batchMax: settings.WEFT_LOGGING_BATCH_MAX, prices: settings.WEFT_MODEL_PRICES };
}
