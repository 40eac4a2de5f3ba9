import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { type Account } from './account';
import { closedFolders } from './reachable-folder';

/** Where data is kept of engines whose own folder their user cannot get to. */
const machineData = '/var/lib/weft/engines';

/**
 * Makes the folder of an engine and answers with the one to use.
 *
 * For an engine that runs as another user than this process (root's PostgreSQL), it must be possible to get there:
 * folders of root's under the system's temporary folder are opened for passing through; where any other is closed, such as
 * /root, a folder under /var/lib/weft takes its place.
 */
export async function engineFolder(folder: string, account: Account | undefined): Promise<string> {
  const path = resolve(folder);
  if (account === undefined) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return path;
  }
  await mkdir(path, { recursive: true, mode: 0o711 });
  const closed = await closedFolders(path);
  if (closed.length === 0) return path;
  if (!(await Promise.all(closed.map((each) => mayOpen(each, path)))).every(Boolean))
    return await substituteFor(path);
  for (const each of closed) await chmod(each, 0o711);
  return path;
}

/** The folder under /var/lib/weft that stands for another. */
export function substituteName(path: string): string {
  return join(machineData, createHash('sha256').update(path).digest('hex').slice(0, 16));
}

async function substituteFor(path: string): Promise<string> {
  const substitute = substituteName(path);
  await mkdir(substitute, { recursive: true, mode: 0o711 });
  for (const each of await closedFolders(substitute)) await chmod(each, 0o711);
  return substitute;
}

/** Only what lies where folders are made for a while is opened, and only if it is this user's. */
async function mayOpen(folder: string, engine: string): Promise<boolean> {
  const isOurs = (await stat(folder)).uid === process.getuid?.();
  return isOurs && (folder === engine || folder.startsWith(`${resolve(tmpdir())}${sep}`));
}
