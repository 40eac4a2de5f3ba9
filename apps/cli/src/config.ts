import { type Environment, loadConfig, optionalTextSetting, textSetting } from '@weft/runtime';

/** The settings of the `weft` command; its options go before them. */
export interface CliConfig {
  /** Where weft's HTTP door is. */
  url: string;
  apiKey: string | undefined;
  /** Where a standalone on this machine keeps its first key. */
  dataDir: string;
}

/** The environment this process was started with. */
export function processEnvironment(): Environment {
  return process.env;
}

/** Reads the settings. */
export function loadCliConfig(env: Environment): CliConfig {
  const settings = loadConfig(
    {
      WEFT_URL: textSetting({
        default: 'http://127.0.0.1:8080',
        description: "the address of weft's HTTP door",
      }),
      WEFT_API_KEY: optionalTextSetting({ description: 'the API key to call with', example: 'weft_…' }),
      WEFT_DATA_DIR: textSetting({
        default: '.weft',
        description: 'the data folder of a standalone on this machine, in which its first key is',
      }),
    },
    env,
  );
  return { url: settings.WEFT_URL, apiKey: settings.WEFT_API_KEY, dataDir: settings.WEFT_DATA_DIR };
}
