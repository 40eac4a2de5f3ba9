import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { type Account } from './account';
import { enginesRefused } from './engine-error';
import { closedFolders } from './reachable-folder';

/** Folders of the system that matter to an engine which runs as another user than this process. */
export interface SystemFolders {
  /** What lies in here was made for a while. */
  temporary: string;
  /** Where data is kept of engines whose own folder their user cannot get to. */
  substitutes: string;
}

const systemFolders = (): SystemFolders => ({
  temporary: resolve(tmpdir()),
  substitutes: '/var/lib/weft/engines',
});

/**
 * Makes the folder of an engine and answers with the one to use.
 *
 * For an engine that runs as another user (root's PostgreSQL), it must be possible to get there: this user's own folders
 * under the system's temporary folder are opened for passing through; where any other is closed, such as /root, a folder
 * under /var/lib/weft takes its place.
 *
 * @throws WeftError FAILED_PRECONDITION `FOLDER_CLOSED` if that cannot be reached either
 */
export async function engineFolder(
  folder: string,
  account: Account | undefined,
  system: SystemFolders = systemFolders(),
): Promise<string> {
  const path = resolve(folder);
  if (account === undefined) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  if (await makeReachable(path, system.temporary)) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  const substitute = join(system.substitutes, name);
  // A strict umask may have closed what was made above it.
  if (await makeReachable(substitute, dirname(dirname(system.substitutes)))) return substitute;
  throw enginesRefused(
    'FOLDER_CLOSED',
    `User ${account.uid}, who PostgreSQL runs as, can get neither to ${path} nor to ${substitute}. Choose a folder that every user may pass through.`,
  );
}

/** Makes a folder, and opens what is closed on the way of this user's own folders below `within`. Answers whether that is all. */
async function makeReachable(path: string, within: string): Promise<boolean> {
  await mkdir(path, { recursive: true, mode: 0o711 });
  const closed = await closedFolders(path);
  for (const each of closed) {
    const isOurs = (await stat(each)).uid === process.getuid?.();
    if (!isOurs || (each !== path && !each.startsWith(`${within}${sep}`))) return false;
  }
  for (const each of closed) await chmod(each, 0o711);
  return true;
}
