import { type Environment, integerSetting, loadConfig } from '@weft/runtime';

/** Settings of the prompt service. */
export interface PromptConfig {
  /** How long rendering or checking one prompt may take. */
  renderTimeoutMs: number;
  /** How many prompt versions are kept ready to render. */
  compiledVersionsMax: number;
}

/** Reads the settings of the prompt service. */
export function loadPromptConfig(env: Environment): PromptConfig {
  const settings = loadConfig(
    {
      WEFT_PROMPT_RENDER_TIMEOUT_MS: integerSetting({
        min: 10,
        max: 10_000,
        default: 500,
        description: 'how long rendering or checking one prompt may take, in milliseconds',
      }),
      WEFT_PROMPT_COMPILED_VERSIONS_MAX: integerSetting({
        min: 1,
        max: 100_000,
        default: 500,
        description: 'how many prompt versions are kept in memory, ready to render',
      }),
    },
    env,
  );
  return {
    renderTimeoutMs: settings.WEFT_PROMPT_RENDER_TIMEOUT_MS,
    compiledVersionsMax: settings.WEFT_PROMPT_COMPILED_VERSIONS_MAX,
  };
}
