import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment } from '@weft/runtime';

/** The secrets of one standalone. */
export interface Secrets {
  /** Keys the digests under which API keys are stored. */
  keySecret: string;
  /** The first API key. */
  adminKey: string;
  /** Whether the first API key has not been shown yet. */
  adminKeyIsNew: boolean;
}

/** The name of the key's file until a start has succeeded and shown it. */
const unshownAdminKey = 'admin-key.unshown';

/**
 * Reads the secrets from the environment or the data folder; makes and keeps (mode 0600) those that there are not yet.
 *
 * @param dataDir `memory` makes them anew each time
 */
export function loadSecrets(env: Environment, dataDir: string): Secrets {
  const keySecret =
    env['WEFT_KEY_SECRET'] || kept(dataDir, 'key-secret', () => randomBytes(32).toString('base64url'));
  if (env['WEFT_ADMIN_KEY']) return { keySecret, adminKey: env['WEFT_ADMIN_KEY'], adminKeyIsNew: false };
  if (existsSync(join(dataDir, 'admin-key')))
    return { keySecret, adminKey: kept(dataDir, 'admin-key', newAdminKey), adminKeyIsNew: false };
  return { keySecret, adminKey: kept(dataDir, unshownAdminKey, newAdminKey), adminKeyIsNew: true };
}

/** Records that the first API key was shown; until then every start that succeeds shows it. */
export function markAdminKeyShown(dataDir: string): void {
  const file = join(dataDir, unshownAdminKey);
  if (existsSync(file)) renameSync(file, join(dataDir, 'admin-key'));
}

function newAdminKey(): string {
  return `weft_admin_${randomBytes(32).toString('base64url')}`;
}

function kept(dataDir: string, name: string, make: () => string): string {
  if (dataDir === 'memory') return make();
  const file = join(dataDir, name);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const text = make();
  writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  return text;
}
