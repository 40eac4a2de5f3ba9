import { readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '@weft/errors';
import { identify, killTree, type ProcessIdentity, waitUntilGone } from './engine-process';
import { listProcesses } from './process-table';

/** How long children of a postmaster that was killed may go on with what they are at. */
const orphanTimeoutMs = 5_000;

/** Whether the text of postmaster.pid says that the postmaster with this pid takes connections. */
export function isReadyIn(text: string, pid: number): boolean {
  const lines = text.split('\n');
  const statusLine = 7;
  return Number(lines[0]) === pid && lines[statusLine]?.trim() === 'ready';
}

/**
 * Makes a data folder free for a postmaster to start in, after whatever ended the last one.
 * A postmaster that was killed leaves its pid file and, for a while, children at work. PostgreSQL refuses to start when the
 * pid in the file is another program's by now, or while a child is left.
 *
 * @throws WeftError FAILED_PRECONDITION `ENGINE_RUNNING` if a postmaster runs there
 */
export async function clearDataFolder(dataFolder: string): Promise<void> {
  // Elsewhere there is no way to ask who works in a folder: PostgreSQL's own checks have to do.
  if (process.platform !== 'linux') return;
  const pidFile = join(dataFolder, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  const workers = await processesIn(dataFolder);
  if (workers.some((worker) => worker.pid === pid))
    throw new WeftError(
      'FAILED_PRECONDITION',
      'ENGINE_RUNNING',
      `PostgreSQL runs in ${dataFolder} already, as process ${pid}. Stop it, or choose another folder.`,
    );
  if (!(await waitUntilGone(workers, orphanTimeoutMs))) await Promise.all(workers.map(killTree));
  await rm(pidFile, { force: true });
}

/** The processes whose working folder is the one given: PostgreSQL's are in their data folder. */
async function processesIn(folder: string): Promise<ProcessIdentity[]> {
  const found = await Promise.all(
    listProcesses().map(async ({ pid }) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
      return cwd === folder ? identify(pid) : undefined;
    }),
  );
  return found.filter((identity) => identity !== undefined);
}
