import {
  booleanSetting,
  type Environment,
  integerSetting,
  loadConfig,
  optionalTextSetting,
  portSetting,
  textSetting,
} from '@weft/runtime';
import { z } from 'zod';

const mebibyte = 1024 * 1024;

const settings = {
  WEFT_HOST: textSetting({ default: '127.0.0.1', description: 'the address that both doors listen on' }),
  WEFT_HTTP_PORT: portSetting({
    default: 8080,
    description: 'the port of the HTTP door; 0 lets the system choose',
  }),
  WEFT_GRPC_PORT: portSetting({
    default: 9090,
    description: 'the port of the gRPC door; 0 lets the system choose',
  }),
  WEFT_GRPC_REFLECTION: booleanSetting({
    default: false,
    description: 'whether the gRPC door tells its contracts by reflection',
  }),
  WEFT_KEY_SECRET: z.string('must be set').min(32, 'must have at least 32 characters').meta({
    description: 'the secret under which API keys are stored, the same for every gateway',
    example: 'a random text of 32 or more characters',
  }),
  WEFT_ADMIN_KEY: optionalTextSetting({
    description: 'an API key with every scope that is made at the start, of at least 16 characters',
    example: 'weft_admin_0123456789abcdef',
  }).refine((key) => key === undefined || key.length >= 16, 'must have at least 16 characters'),
  WEFT_KEY_CACHE_TTL_MS: integerSetting({
    min: 100,
    max: 300_000,
    default: 5000,
    description: 'how long a key is believed without asking the database, in milliseconds',
  }),
  WEFT_HTTP_BODY_LIMIT_BYTES: integerSetting({
    min: 1024,
    max: 64 * mebibyte,
    default: 4 * mebibyte,
    description: 'the largest body of an HTTP request, in bytes',
  }),
  WEFT_HTTP_INGEST_BODY_LIMIT_BYTES: integerSetting({
    min: 1024,
    max: 64 * mebibyte,
    default: 48 * mebibyte,
    description: 'the largest body of an HTTP request that ingests documents, in bytes',
  }),
  WEFT_DRAIN_TIMEOUT_MS: integerSetting({
    min: 0,
    max: 600_000,
    default: 10_000,
    description: 'how long requests and streams may go on after the stop began, in milliseconds',
  }),
};

/** The gateway's settings. */
export type GatewayConfig = ReturnType<typeof loadGatewayConfig>;

/** Reads the gateway's settings. Throws FAILED_PRECONDITION naming each bad variable. */
export function loadGatewayConfig(environment: Environment) {
  const values = loadConfig(settings, environment);
  return {
    host: values.WEFT_HOST,
    httpPort: values.WEFT_HTTP_PORT,
    grpcPort: values.WEFT_GRPC_PORT,
    grpcReflection: values.WEFT_GRPC_REFLECTION,
    keySecret: values.WEFT_KEY_SECRET,
    adminKey: values.WEFT_ADMIN_KEY,
    keyCacheTtlMs: values.WEFT_KEY_CACHE_TTL_MS,
    bodyLimitBytes: values.WEFT_HTTP_BODY_LIMIT_BYTES,
    ingestBodyLimitBytes: values.WEFT_HTTP_INGEST_BODY_LIMIT_BYTES,
    drainTimeoutMs: values.WEFT_DRAIN_TIMEOUT_MS,
  };
}
