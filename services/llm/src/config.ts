import { WeftError } from '@weft/errors';
import { type Environment, integerSetting, loadConfig, optionalTextSetting } from '@weft/runtime';

/** Where an OpenAI-compatible server is, and how long it is waited for. */
export interface OpenAiConfig {
  /** Without a slash at the end, such as `https://api.openai.com/v1`. */
  baseUrl: string;
  /** Undefined for servers that ask for none. */
  apiKey: string | undefined;
  connectTimeoutMs: number;
  /** The longest wait for the first byte of a streamed answer. */
  headersTimeoutMs: number;
  /** The longest silence within an answer; what carries no content does not end it. */
  idleTimeoutMs: number;
}

export interface LlmConfig {
  /** Undefined when only the built-in model answers. */
  openai: OpenAiConfig | undefined;
  /** What the model `default` means; undefined leaves it to what there is. */
  defaultModel: string | undefined;
  /** How long the provider's list of models is taken for fresh. */
  modelListTtlMs: number;
}

/** The name that stands for whatever model is the usual one here. */
export const defaultModelAlias = 'default';

const publicBaseUrl = 'https://api.openai.com/v1';

const shape = {
  OPENAI_API_KEY: optionalTextSetting({
    description: 'the key of the OpenAI-compatible server',
    example: 'sk-…',
  }),
  OPENAI_BASE_URL: optionalTextSetting({
    description: 'the base URL of an OpenAI-compatible server, http or https',
    example: 'http://127.0.0.1:9999/v1',
  }),
  WEFT_DEFAULT_MODEL: optionalTextSetting({
    description: `the model that '${defaultModelAlias}' means`,
    example: 'gpt-5-mini',
  }),
  WEFT_PROVIDER_CONNECT_TIMEOUT_MS: integerSetting({
    min: 1,
    max: 600_000,
    default: 5_000,
    description: 'how long a connection to the provider may take, in milliseconds',
  }),
  WEFT_PROVIDER_HEADERS_TIMEOUT_MS: integerSetting({
    min: 1,
    max: 3_600_000,
    default: 120_000,
    description: 'how long the provider may take to begin a streamed answer, in milliseconds',
  }),
  WEFT_PROVIDER_IDLE_TIMEOUT_MS: integerSetting({
    min: 1,
    max: 3_600_000,
    default: 30_000,
    description: 'how long an answer may pause without content, in milliseconds',
  }),
  WEFT_PROVIDER_MODELS_TTL_MS: integerSetting({
    min: 0,
    max: 86_400_000,
    default: 60_000,
    description: "how long the provider's list of models is taken for fresh, in milliseconds",
  }),
};

/** Reads the settings. Throws FAILED_PRECONDITION `BAD_CONFIGURATION` that names what is wrong. */
export function loadLlmConfig(env: Environment): LlmConfig {
  const settings = loadConfig(shape, env);
  if (settings.WEFT_DEFAULT_MODEL === defaultModelAlias) {
    throw badSetting(
      `WEFT_DEFAULT_MODEL: must name a model, not '${defaultModelAlias}', which is what it defines.`,
    );
  }
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = settings;
  const isConfigured = apiKey !== undefined || baseUrl !== undefined;
  return {
    openai: isConfigured
      ? {
          baseUrl: checkedUrl(baseUrl ?? publicBaseUrl),
          apiKey,
          connectTimeoutMs: settings.WEFT_PROVIDER_CONNECT_TIMEOUT_MS,
          headersTimeoutMs: settings.WEFT_PROVIDER_HEADERS_TIMEOUT_MS,
          idleTimeoutMs: settings.WEFT_PROVIDER_IDLE_TIMEOUT_MS,
        }
      : undefined,
    defaultModel: settings.WEFT_DEFAULT_MODEL,
    modelListTtlMs: settings.WEFT_PROVIDER_MODELS_TTL_MS,
  };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw badSetting(
      'OPENAI_BASE_URL: must be an http or https URL. Example: OPENAI_BASE_URL=http://127.0.0.1:9999/v1',
    );
  }
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    throw badSetting(
      'OPENAI_BASE_URL: must have no user, query or fragment; the key belongs in OPENAI_API_KEY.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function badSetting(message: string): WeftError {
  return new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', message);
}
