/** What the command takes from the environment. */
export interface CommandConfig {
  databaseUrl: string;
  natsUrl: string;
  natsNamespace: string | undefined;
  adminKey: string | undefined;
  doors: { httpPort: number; grpcPort: number };
  /** Handed on to every service. */
  env: Record<string, string>;
}

const setByCluster = new Set(['WEFT_HTTP_PORT', 'WEFT_GRPC_PORT', 'WEFT_ADMIN_KEY', 'WEFT_DATA_DIR']);

/** Reads the environment: settings of services and of the provider are handed on to them. */
export function loadCommandConfig(env: NodeJS.ProcessEnv = process.env): CommandConfig {
  const handedOn = Object.entries(env).filter(
    ([name, value]) => value !== undefined && /^(WEFT|OPENAI)_/.test(name) && !setByCluster.has(name),
  );
  return {
    databaseUrl: needed(env, 'WEFT_DATABASE_URL'),
    natsUrl: needed(env, 'WEFT_NATS_URL'),
    natsNamespace: env['WEFT_NATS_NAMESPACE'],
    adminKey: env['WEFT_ADMIN_KEY'],
    doors: {
      httpPort: portOf(env, 'WEFT_HTTP_PORT', 8080),
      grpcPort: portOf(env, 'WEFT_GRPC_PORT', 9090),
    },
    env: Object.fromEntries(handedOn) as Record<string, string>,
  };
}

function portOf(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name] || String(fallback);
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new Error(`${name}: must be a port from 1 to 65535 (it is '${text}'). Example: ${name}=${fallback}`);
}

function needed(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set. \`make engines\` starts real engines and prints it.`);
  return value;
}
