import { type Environment, loadConfig, optionalTextSetting } from '@weft/runtime';

/** What the environment says of engines. */
export interface EnginesConfig {
  /** A PostgreSQL that is there already. */
  databaseUrl: string | undefined;
  /** A NATS server that is there already. */
  natsUrl: string | undefined;
  /** Where this user's programs keep caches, if the user said so. */
  cacheHome: string | undefined;
}

/** Reads which engines are given and where caches are. */
export function loadEnginesConfig(env: Environment = process.env): EnginesConfig {
  const settings = loadConfig(
    {
      WEFT_DATABASE_URL: optionalTextSetting({
        description: 'the PostgreSQL to use, with pgvector 0.8.2 or later',
        example: 'postgres://weft:password@127.0.0.1:5432/weft',
      }).refine(
        (url) => url === undefined || /^postgres(ql)?:\/\//.test(url),
        'must begin with postgres:// or postgresql://',
      ),
      WEFT_NATS_URL: optionalTextSetting({
        description: 'the NATS server to use, 2.11 or later with JetStream',
        example: 'nats://127.0.0.1:4222',
      }).refine(
        (url) => url === undefined || /^(nats|tls):\/\//.test(url),
        'must begin with nats:// or tls://',
      ),
      XDG_CACHE_HOME: optionalTextSetting({
        description: 'the folder for caches of the user',
        example: '/home/me/.cache',
      }),
    },
    env,
  );
  return {
    databaseUrl: settings.WEFT_DATABASE_URL,
    natsUrl: settings.WEFT_NATS_URL,
    cacheHome: settings.XDG_CACHE_HOME,
  };
}
