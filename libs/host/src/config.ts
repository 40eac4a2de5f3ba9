import { WeftError } from '@weft/errors';
import { type Environment, integerSetting, loadConfig, logLevels, textSetting } from '@weft/runtime';
import { z } from 'zod';

/** Settings of a process that runs one service. */
export interface ProcessConfig {
  /** Where it serves gRPC. */
  address: string;
  /** Where each peer is, by domain. */
  peers: ReadonlyMap<string, string>;
  identitySecret: Uint8Array;
  dataDir: string;
  drainTimeoutMs: number;
  logLevel: (typeof logLevels)[number];
}

/** The environment this process was started with. */
export function processEnvironment(): Environment {
  return process.env;
}

export function loadProcessConfig(env: Environment): ProcessConfig {
  const settings = loadConfig(
    {
      WEFT_ADDRESS: textSetting({
        default: '127.0.0.1:0',
        description: 'host:port to serve gRPC on; port 0 lets the system choose',
      }),
      WEFT_PEERS: textSetting({
        default: '',
        description: 'the address of each peer, as name=host:port with commas between',
        example: 'embedding=127.0.0.1:7001,retrieval=127.0.0.1:7002',
      }),
      WEFT_IDENTITY_SECRET: z.string().min(32, 'must have at least 32 characters').meta({
        description: 'the secret that all services of one weft sign identities with',
        example: '<openssl rand -hex 32>',
      }),
      WEFT_DATA_DIR: textSetting({
        default: '.weft',
        description: 'the folder for data; memory keeps nothing',
      }),
      WEFT_DRAIN_TIMEOUT_MS: integerSetting({
        min: 0,
        max: 600_000,
        default: 10_000,
        description: 'how long calls may go on after a stop signal, in milliseconds',
      }),
      WEFT_LOG_LEVEL: z
        .enum(logLevels)
        .default('info')
        .meta({ description: 'what is logged', example: 'info' }),
    },
    env,
  );
  return {
    address: settings.WEFT_ADDRESS,
    peers: parsePeers(settings.WEFT_PEERS),
    identitySecret: Buffer.from(settings.WEFT_IDENTITY_SECRET),
    dataDir: settings.WEFT_DATA_DIR,
    drainTimeoutMs: settings.WEFT_DRAIN_TIMEOUT_MS,
    logLevel: settings.WEFT_LOG_LEVEL,
  };
}

function parsePeers(text: string): Map<string, string> {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  return new Map(
    entries.map((entry) => {
      const [name, address] = entry.trim().split('=');
      if (!name || !address) {
        throw new WeftError(
          'FAILED_PRECONDITION',
          'BAD_CONFIGURATION',
          `WEFT_PEERS: '${entry}' is not name=host:port.`,
        );
      }
      return [name, address];
    }),
  );
}
