import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment } from '@weft/runtime';

/** The secrets of one standalone. */
export interface Secrets {
  /** Keys the digests under which API keys are stored. */
  keySecret: string;
  /** The first API key. */
  adminKey: string;
  /** Whether the first API key was made just now, and so has to be shown. */
  adminKeyIsNew: boolean;
}

/**
 * Reads the secrets from the environment or the data folder; makes and keeps (mode 0600) those that there are not yet.
 *
 * @param dataDir `memory` makes them anew each time
 */
export function loadSecrets(env: Environment, dataDir: string): Secrets {
  const keySecret =
    env['WEFT_KEY_SECRET'] || kept(dataDir, 'key-secret', () => randomBytes(32).toString('base64url')).text;
  if (env['WEFT_ADMIN_KEY']) return { keySecret, adminKey: env['WEFT_ADMIN_KEY'], adminKeyIsNew: false };
  const admin = kept(dataDir, 'admin-key', () => `weft_admin_${randomBytes(32).toString('base64url')}`);
  return { keySecret, adminKey: admin.text, adminKeyIsNew: admin.isNew };
}

function kept(dataDir: string, name: string, make: () => string): { text: string; isNew: boolean } {
  if (dataDir === 'memory') return { text: make(), isNew: true };
  const file = join(dataDir, name);
  if (existsSync(file)) return { text: readFileSync(file, 'utf8').trim(), isNew: false };
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const text = make();
  writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  return { text, isNew: true };
}
