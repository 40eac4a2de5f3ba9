import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the `weft` command reads to reach a cluster of this machine: `apps/cli` finds it in the data folder. */
export interface ClientProfile {
  url: string;
  apiKey: string;
}

/** Keeps the profile (mode 0600) while the cluster runs. */
export function writeClientProfile(folder: string, profile: ClientProfile): void {
  writeFileSync(profileFile(folder), JSON.stringify(profile), { mode: 0o600 });
}

export function removeClientProfile(folder: string): void {
  rmSync(profileFile(folder), { force: true });
}

function profileFile(folder: string): string {
  return join(folder, 'client-profile.json');
}
