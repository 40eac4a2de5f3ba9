import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the memory service. */
export interface MemoryConfig {
  /** The most messages one conversation may have. */
  messagesMax: number;
}

/** Reads the settings of the memory service. */
export function loadMemoryConfig(env: Environment): MemoryConfig {
  const settings = loadConfig(
    {
      WEFT_MEMORY_MESSAGES_MAX: integerSetting({
        min: 1,
        max: 10_000_000,
        default: 100_000,
        description: 'the most messages one conversation may have',
      }),
    },
    env,
  );
  return { messagesMax: settings.WEFT_MEMORY_MESSAGES_MAX };
}
