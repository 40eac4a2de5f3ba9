import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { WeftError } from '@weft/errors';

/** A lock on a data folder that this process holds. */
export interface DataFolderLock {
  release(): void;
}

interface Holder {
  pid: number;
  /** Tells two processes with the same number apart; empty where the system does not tell. */
  birth: string;
}

const fileName = 'weft.lock';

/**
 * Locks a data folder for this process: two processes that open the same database destroy it. The lock of a process that is gone is taken over.
 *
 * @throws WeftError FAILED_PRECONDITION `DATA_FOLDER_LOCKED`, naming the folder and the process
 */
export function lockDataFolder(folder: string): DataFolderLock {
  const file = join(folder, fileName);
  const own = `${JSON.stringify({ pid: process.pid, birth: birthOf(process.pid) } satisfies Holder)}\n`;
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(file, own)) return { release: () => removeIf(file, own) };
    const text = read(file);
    if (text === undefined) continue;
    const holder = parse(text);
    if (holder && isAlive(holder)) throw locked(folder, holder.pid);
    removeIf(file, text);
  }
  throw locked(folder, parse(read(file) ?? '')?.pid);
}

/** Makes the file with all its text at once, so that nobody reads it half written; false if it is there already. */
function create(file: string, text: string): boolean {
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text, { mode: 0o600 });
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Removes the file if it still says what we read; puts it back if another process was quicker and the file is now its own. */
function removeIf(file: string, expected: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== expected) linkSync(aside, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, birth } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && typeof birth === 'string' ? { pid, birth } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, birth }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The number may have gone to another process since: in a container every start has the number 1.
  return birth === '' || birth === birthOf(pid);
}

/** The boot of the machine and the tick in it when a process started, from Linux's /proc; empty elsewhere. */
function birthOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // A zombie has ended and only waits for its parent to notice.
    return fields[0] === 'Z' ? 'ended' : `${boot}:${fields[19]}`;
  } catch {
    return '';
  }
}

function locked(folder: string, pid: number | undefined): WeftError {
  const who = pid === undefined ? 'another process' : `the process ${pid}`;
  return new WeftError(
    'FAILED_PRECONDITION',
    'DATA_FOLDER_LOCKED',
    `The data folder '${folder}' is in use by ${who}. Stop it or choose another folder.`,
    {
      metadata: { folder, ...(pid !== undefined && { pid: String(pid) }) },
    },
  );
}
