import { type Environment, integerSetting, loadConfig, optionalTextSetting } from '@weft/runtime';
import { z } from 'zod';

/** Which engines hold data and carry events: real ones where a URL is set, those embedded in the process else. */
export interface EngineConfig {
  /** PostgreSQL with pgvector. */
  databaseUrl: string | undefined;
  /** The most connections of one schema's pool. */
  databasePoolMax: number;
  /** The longest that one statement may take. */
  databaseStatementTimeoutMs: number;
  /** NATS with JetStream. */
  natsUrl: string | undefined;
  /** The stream's name, and the first word of its subjects. */
  natsNamespace: string;
  /** How many servers of a NATS cluster keep each event; undefined leaves it as it is. */
  natsReplicas: number | undefined;
  /** The file with the JWT and key that NATS knows this weft by. */
  natsCredentialsFile: string | undefined;
  /** The PEM file of the authority that signed NATS' certificate, where it is not a public one. */
  natsCaFile: string | undefined;
}

/** Reads which engines to use. */
export function loadEngineConfig(env: Environment): EngineConfig {
  const settings = loadConfig(
    {
      WEFT_DATABASE_URL: optionalTextSetting({
        description: 'the PostgreSQL database, with pgvector 0.8.2 or later; unset uses the embedded one',
        example: 'postgres://weft:password@db.example:5432/weft',
      }).refine(
        (url) => url === undefined || /^postgres(ql)?:\/\//.test(url),
        'must begin with postgres:// or postgresql://',
      ),
      WEFT_DATABASE_POOL_MAX: integerSetting({
        min: 2,
        max: 200,
        default: 8,
        description: 'how many connections a service opens to PostgreSQL at most',
      }),
      WEFT_DATABASE_STATEMENT_TIMEOUT_MS: integerSetting({
        min: 100,
        max: 600_000,
        default: 30_000,
        description: 'how long one statement may take on PostgreSQL, in milliseconds',
      }),
      WEFT_NATS_URL: optionalTextSetting({
        description: 'the NATS server, 2.11 or later with JetStream; unset keeps events inside the process',
        example: 'nats://nats.example:4222',
      }).refine(
        (url) => url === undefined || /^(nats|tls):\/\//.test(url),
        'must begin with nats:// or tls://',
      ),
      WEFT_NATS_NAMESPACE: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits, _ or -')
        .default('weft')
        .meta({
          description: "the name of this weft's stream; several wefts may share a server",
          example: 'weft',
        }),
      WEFT_NATS_REPLICAS: z
        .enum(['1', '3', '5'], 'must be 1, 3 or 5')
        .transform(Number)
        .optional()
        .meta({ description: 'how many servers of a NATS cluster keep each event', example: '3' }),
      WEFT_NATS_CREDENTIALS_FILE: optionalTextSetting({
        description: 'the file with the JWT and key that NATS knows this weft by',
        example: '/etc/weft/nats.creds',
      }),
      WEFT_NATS_CA_FILE: optionalTextSetting({
        description: "the PEM file of the authority that signed NATS' certificate, where it is no public one",
        example: '/etc/weft/nats-ca.crt',
      }),
    },
    env,
  );
  return {
    databaseUrl: settings.WEFT_DATABASE_URL,
    databasePoolMax: settings.WEFT_DATABASE_POOL_MAX,
    databaseStatementTimeoutMs: settings.WEFT_DATABASE_STATEMENT_TIMEOUT_MS,
    natsUrl: settings.WEFT_NATS_URL,
    natsNamespace: settings.WEFT_NATS_NAMESPACE,
    natsReplicas: settings.WEFT_NATS_REPLICAS,
    natsCredentialsFile: settings.WEFT_NATS_CREDENTIALS_FILE,
    natsCaFile: settings.WEFT_NATS_CA_FILE,
  };
}
