import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unavailable } from '@weft/errors';
import { identify, isRunning, type ProcessIdentity } from './engine-process';

/** The one that is waited for may have engines to fetch, over a slow line. */
const waitTimeoutMs = 15 * 60_000;
const pollIntervalMs = 20;

/**
 * Does work that no other process does in the same folder at the same time: the second waits until the first is done.
 * The lock of a process that has ended counts for nothing.
 *
 * @throws WeftError UNAVAILABLE `FOLDER_LOCKED` if others have it for a quarter of an hour
 */
export async function withFolderLock<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  const file = join(folder, 'lock');
  const deadline = performance.now() + waitTimeoutMs;
  while (!(await tryLock(file))) {
    const holder = await readHolder(file);
    if (holder !== undefined && !isRunning(holder)) await rm(file, { force: true });
    else if (performance.now() < deadline) await delay(pollIntervalMs);
    else
      throw unavailable(
        'FOLDER_LOCKED',
        `Process ${holder?.pid} is at work in ${folder}. Wait for it, or end it.`,
      );
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Linked into place, the lock has its content from the first moment. */
async function tryLock(file: string): Promise<boolean> {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
}
