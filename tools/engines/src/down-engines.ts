import { mkdir } from 'node:fs/promises';
import { isRunning } from './engine-process';
import { readState, type ServerState } from './engine-state';
import { withFolderLock } from './folder-lock';
import { stopNats } from './start-nats';
import { stopPostgres } from './start-postgres';

/** How one engine of a folder is. */
export interface EngineStatus {
  name: string;
  /** What is known of it; undefined if it was never started. */
  server: ServerState | undefined;
  isRunning: boolean;
}

/** How the engines of a folder are. A pid that is another program's by now does not count as running. */
export async function engineStatus(folder: string): Promise<EngineStatus[]> {
  const state = await readState(folder);
  return [statusOf('PostgreSQL', state.postgres), statusOf('NATS', state.nats)];
}

/**
 * Stops the engines of a folder and waits until they are gone. Their data, ports and passwords stay for the next start.
 *
 * @param note told what is done, one line each
 */
export async function downEngines(folder: string, note: (line: string) => void): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await withFolderLock(folder, async () => {
    const { postgres, nats } = await readState(folder);
    await Promise.all([
      down(statusOf('PostgreSQL', postgres), stopPostgres, note),
      down(statusOf('NATS', nats), stopNats, note),
    ]);
  });
}

async function down(
  { name, server, isRunning }: EngineStatus,
  stop: typeof stopPostgres,
  note: (line: string) => void,
): Promise<void> {
  if (server === undefined || !isRunning) return note(`${name} does not run`);
  await stop(server.identity);
  note(`${name} stopped, process ${server.identity.pid}`);
}

function statusOf(name: string, server: ServerState | undefined): EngineStatus {
  return { name, server, isRunning: server !== undefined && isRunning(server.identity) };
}
