import { type TransportSecurity } from '@weft/rpc';
import {
  type Environment,
  integerSetting,
  loadConfig,
  logLevels,
  optionalTextSetting,
  textSetting,
} from '@weft/runtime';
import { z } from 'zod';
import { parsePeerTargets, type PeerTargets } from './peer-targets';
import { loadTransportSecurity } from './transport-security';

/** Settings of a process that runs one service. */
export interface ProcessConfig {
  /** Where it serves gRPC. */
  address: string;
  /** Where it answers probes; undefined where it does not. */
  probeAddress: string | undefined;
  peers: PeerTargets;
  security: TransportSecurity;
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
      WEFT_PROBE_ADDRESS: optionalTextSetting({
        description: 'host:port to answer GET /livez and GET /readyz on; unset answers none',
        example: '0.0.0.0:8081',
      }),
      WEFT_PEERS: textSetting({
        default: '',
        description: 'where each peer is, as name=target with commas between; * names every other service',
        example: '*=dns:///{service}:9000,embedding=127.0.0.1:7001',
      }),
      WEFT_IDENTITY_SECRET: z.string('must be set').min(32, 'must have at least 32 characters').meta({
        description: 'the secret that all services of one weft sign identities with',
        example: '<openssl rand -hex 32>',
      }),
      WEFT_DATA_DIR: textSetting({
        default: '.weft',
        description: 'the folder for data where no WEFT_DATABASE_URL is set; memory keeps nothing',
      }),
      WEFT_DRAIN_TIMEOUT_MS: integerSetting({
        min: 0,
        max: 600_000,
        default: 10_000,
        description: 'how long calls may go on after a stop signal, in milliseconds',
      }),
      WEFT_LOG_LEVEL: z
        .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
        .default('info')
        .meta({ description: 'what is logged', example: 'info' }),
    },
    env,
  );
  return {
    address: settings.WEFT_ADDRESS,
    probeAddress: settings.WEFT_PROBE_ADDRESS,
    peers: parsePeerTargets(settings.WEFT_PEERS),
    security: loadTransportSecurity(env),
    identitySecret: Buffer.from(settings.WEFT_IDENTITY_SECRET),
    dataDir: settings.WEFT_DATA_DIR,
    drainTimeoutMs: settings.WEFT_DRAIN_TIMEOUT_MS,
    logLevel: settings.WEFT_LOG_LEVEL,
  };
}
