import {
  booleanSetting,
  type Environment,
  integerSetting,
  loadConfig,
  type LogLevel,
  logLevels,
  textSetting,
} from '@weft/runtime';
import { z } from 'zod';

/** How services in this process reach each other. */
export type TransportKind = 'in-process' | 'grpc';

/** Settings of standalone itself; each service reads its own from the same environment. */
export interface StandaloneConfig {
  dataDir: string;
  host: string;
  transport: TransportKind;
  /** Whether the project's own documents and an assistant over them are offered. */
  sample: boolean;
  drainTimeoutMs: number;
  logLevel: LogLevel;
}

/** The environment this process was started with. */
export function processEnvironment(): Environment {
  return process.env;
}

export function loadStandaloneConfig(env: Environment): StandaloneConfig {
  const settings = loadConfig(
    {
      WEFT_DATA_DIR: textSetting({
        default: '.weft',
        description: 'the folder for data; memory keeps nothing',
      }),
      WEFT_HOST: textSetting({ default: '127.0.0.1', description: 'the address that both doors listen on' }),
      WEFT_TRANSPORT: z
        .enum(['in-process', 'grpc'], 'must be in-process or grpc')
        .default('in-process')
        .meta({
          description: 'how services reach each other: in-process, or grpc on loopback',
          example: 'grpc',
        }),
      WEFT_SAMPLE: booleanSetting({
        default: true,
        description: 'whether README.md and docs/ are ingested and assistant:docs is offered',
      }),
      WEFT_DRAIN_TIMEOUT_MS: integerSetting({
        min: 0,
        max: 600_000,
        default: 10_000,
        description: 'how long requests and streams may go on after the stop began, in milliseconds',
      }),
      WEFT_LOG_LEVEL: z
        .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
        .default('warn')
        .meta({ description: 'what is logged', example: 'info' }),
    },
    env,
  );
  return {
    dataDir: settings.WEFT_DATA_DIR,
    host: settings.WEFT_HOST,
    transport: settings.WEFT_TRANSPORT,
    sample: settings.WEFT_SAMPLE,
    drainTimeoutMs: settings.WEFT_DRAIN_TIMEOUT_MS,
    logLevel: settings.WEFT_LOG_LEVEL,
  };
}
