import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type PostgresServer, startPostgres } from '@weft/engines';

/** A PostgreSQL server that one file of tests may kill and freeze. */
export interface OwnServer {
  server: PostgresServer;
  end(): Promise<void>;
}

/** Starts a server; nothing on it has to survive the machine. */
export async function startOwnServer(settings: Record<string, string> = {}): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-own-server-'));
  const server = await startPostgres({ folder, settings: { fsync: 'off', ...settings } });
  return {
    server,
    async end() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
