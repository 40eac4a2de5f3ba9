import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the tool service. */
export interface ToolConfig {
  /** How long one invocation may take. */
  invocationTimeoutMs: number;
}

/** Reads the settings of the tool service. */
export function loadToolConfig(env: Environment): ToolConfig {
  const settings = loadConfig(
    {
      WEFT_TOOL_TIMEOUT_MS: integerSetting({
        min: 100,
        max: 60_000,
        default: 20_000,
        description: 'how long one invocation of a tool may take, in milliseconds',
      }),
    },
    env,
  );
  return { invocationTimeoutMs: settings.WEFT_TOOL_TIMEOUT_MS };
}
