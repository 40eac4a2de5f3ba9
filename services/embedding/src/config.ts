import { availableParallelism } from 'node:os';
import { WeftError } from '@weft/errors';
import {
  type Environment,
  integerSetting,
  loadConfig,
  optionalTextSetting,
  textSetting,
} from '@weft/runtime';
import { builtinModelName } from './builtin/builtin-model';

/** How to reach an OpenAI-compatible server. */
export interface OpenAiConfig {
  /** Such as `http://127.0.0.1:11434/v1`. */
  baseUrl: string;
  apiKey: string | undefined;
  /** How long one request may take, its whole answer included. */
  timeoutMs: number;
  /** The most texts of one request. */
  textsPerRequest: number;
}

/** Settings of the embedding service. */
export interface EmbeddingConfig {
  /** The model of requests that name none. */
  defaultModel: string;
  /** How many worker threads the built-in model runs in. */
  workers: number;
  /** How many texts may wait for the built-in model. */
  queueMax: number;
  /** After how long without work a worker thread ends. */
  workerIdleMs: number;
  /** Undefined: the built-in model is the only one. */
  openai: OpenAiConfig | undefined;
}

const openAiBaseUrl = 'https://api.openai.com/v1';

/** Reads the settings of the embedding service. */
export function loadEmbeddingConfig(env: Environment): EmbeddingConfig {
  const settings = loadConfig(
    {
      WEFT_EMBEDDING_MODEL: textSetting({
        default: builtinModelName,
        description: 'the embedding model of requests that name none',
        example: 'text-embedding-3-small',
      }),
      WEFT_EMBEDDING_WORKERS: integerSetting({
        min: 1,
        max: 64,
        default: Math.max(1, availableParallelism() - 1),
        description: 'how many threads the built-in embedding model runs in',
      }),
      WEFT_EMBEDDING_QUEUE_MAX: integerSetting({
        min: 64,
        max: 1_000_000,
        default: 4096,
        description: 'how many texts may wait for the built-in embedding model',
      }),
      WEFT_EMBEDDING_WORKER_IDLE_MS: integerSetting({
        min: 10,
        max: 86_400_000,
        default: 60_000,
        description: 'after how long without work a thread of the built-in model ends, in milliseconds',
      }),
      WEFT_EMBEDDING_PROVIDER_TIMEOUT_MS: integerSetting({
        min: 100,
        max: 600_000,
        default: 60_000,
        description: 'how long one request to the embedding provider may take, in milliseconds',
      }),
      WEFT_EMBEDDING_PROVIDER_BATCH: integerSetting({
        min: 1,
        max: 2048,
        default: 256,
        description: 'the most texts of one request to the embedding provider',
      }),
      OPENAI_API_KEY: optionalTextSetting({
        description: 'the key for the OpenAI-compatible server',
        example: 'sk-…',
      }),
      OPENAI_BASE_URL: optionalTextSetting({
        description: 'the base URL of an OpenAI-compatible server',
        example: openAiBaseUrl,
      }),
    },
    env,
  );
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl } = settings;
  const openai =
    apiKey === undefined && baseUrl === undefined
      ? undefined
      : {
          baseUrl: checkBaseUrl(baseUrl ?? openAiBaseUrl),
          apiKey,
          timeoutMs: settings.WEFT_EMBEDDING_PROVIDER_TIMEOUT_MS,
          textsPerRequest: settings.WEFT_EMBEDDING_PROVIDER_BATCH,
        };
  if (openai === undefined && settings.WEFT_EMBEDDING_MODEL !== builtinModelName) {
    throw badConfiguration(
      `WEFT_EMBEDDING_MODEL: '${settings.WEFT_EMBEDDING_MODEL}' is not built in, and no provider is set. ` +
        `Set OPENAI_BASE_URL or OPENAI_API_KEY, or take ${builtinModelName}.`,
    );
  }
  return {
    defaultModel: settings.WEFT_EMBEDDING_MODEL,
    workers: settings.WEFT_EMBEDDING_WORKERS,
    queueMax: settings.WEFT_EMBEDDING_QUEUE_MAX,
    workerIdleMs: settings.WEFT_EMBEDDING_WORKER_IDLE_MS,
    openai,
  };
}

function checkBaseUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return text;
  throw badConfiguration(
    `OPENAI_BASE_URL: must be an http or https URL. Example: OPENAI_BASE_URL=${openAiBaseUrl}`,
  );
}

function badConfiguration(message: string): WeftError {
  return new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', message);
}
