import { readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '@weft/errors';
import { identify, killTree, type ProcessIdentity } from './engine-process';
import { findProcess, listProcesses } from './process-table';

/** Linux gives pids below this one. */
const pidOfNobody = 4_194_304;

/** Whether the text of postmaster.pid says that the postmaster with this pid takes connections. */
export function isReadyIn(text: string, pid: number): boolean {
  const lines = text.split('\n');
  const statusLine = 7;
  return Number(lines[0]) === pid && lines[statusLine]?.trim() === 'ready';
}

/**
 * Makes a data folder free for a postmaster to start in, after whatever ended the last one.
 * A postmaster that was killed leaves its pid file and, for a while, children at work. PostgreSQL refuses to start when the
 * pid in the file is another program's by now, or while a child is left; all else it clears up itself.
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
  await Promise.all(workers.map(killTree));
  if (findProcess(pid) !== undefined) await disown(pidFile);
}

/**
 * Puts a pid into the file that no process has. The file itself stays: it tells PostgreSQL which shared memory the last
 * postmaster had, for the next one to free.
 */
async function disown(pidFile: string): Promise<void> {
  const lines = (await readFile(pidFile, 'utf8')).split('\n');
  await writeFile(pidFile, [pidOfNobody, ...lines.slice(1)].join('\n'));
}

/**
 * Kills whatever works in a data folder whose postmaster is gone: a child with a long query goes on without one. What it was at
 * is rolled back by recovery, as if the machine had stopped.
 */
export async function killOrphans(dataFolder: string): Promise<void> {
  if (process.platform === 'linux') await Promise.all((await processesIn(dataFolder)).map(killTree));
}

/** The postmaster and its children: programs called postgres whose working folder is their data folder. */
async function processesIn(folder: string): Promise<ProcessIdentity[]> {
  const found = await Promise.all(
    listProcesses().map(async ({ pid }) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
      if (cwd !== folder) return undefined;
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return name.trim() === 'postgres' ? identify(pid) : undefined;
    }),
  );
  return found.filter((identity) => identity !== undefined);
}
