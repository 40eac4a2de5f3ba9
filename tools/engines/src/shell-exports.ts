import { type EngineUrls } from './up-engines';

/** Lines for a shell to evaluate, which name the engines as weft reads it. */
export function shellExports({ databaseUrl, natsUrl }: EngineUrls): string {
  return `export WEFT_DATABASE_URL=${quoted(databaseUrl)}\nexport WEFT_NATS_URL=${quoted(natsUrl)}`;
}

/** Between single quotes a shell takes every character as it is, except those themselves. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
