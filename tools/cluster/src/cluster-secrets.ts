import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The secrets that the processes of one cluster share. */
export interface ClusterSecrets {
  /** Signs internal identities. */
  identitySecret: string;
  /** Keys the digests under which API keys are stored. */
  keySecret: string;
  /** The first API key. */
  adminKey: string;
}

/**
 * Reads a cluster's secrets from its folder, or makes and keeps them (mode 0600): keys that were made with them stay valid.
 *
 * @param adminKey takes the place of the one that is kept
 */
export function clusterSecrets(folder: string, adminKey?: string): ClusterSecrets {
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) {
    const made: ClusterSecrets = {
      identitySecret: randomBytes(32).toString('base64url'),
      keySecret: randomBytes(32).toString('base64url'),
      adminKey: `weft_admin_${randomBytes(32).toString('base64url')}`,
    };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' });
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as ClusterSecrets;
  return adminKey === undefined ? kept : { ...kept, adminKey };
}
