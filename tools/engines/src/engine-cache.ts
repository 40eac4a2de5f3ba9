import { chmod, lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { loadEnginesConfig } from './config';
import { enginesRefused } from './engine-error';
import { isReachable } from './reachable-folder';

/** The cache that programs run by root fill and all users read. */
const machineCache = '/var/cache/weft/engines';

/** Where engines are kept. */
export interface EngineCache {
  /** Where an engine is looked for, first to last. */
  folders: readonly string[];
  /** Where an engine is put that is in none of them. */
  target: string;
}

/**
 * Finds the folders of binaries, and makes the one that new ones go to.
 * Root's must be open to the user that PostgreSQL runs as, so root's own ~/.cache is no place for it.
 *
 * @throws WeftError FAILED_PRECONDITION `NO_CACHE` if there is no folder to write to
 */
export async function engineCache(): Promise<EngineCache> {
  const isRoot = process.getuid?.() === 0;
  const { cacheHome } = loadEnginesConfig();
  const candidates = cacheCandidates({ isRoot, cacheHome });
  for (const folder of candidates) {
    if (!(await makeFolder(folder))) continue;
    if (isRoot && !(await isReachable(folder))) continue;
    // Who names a cache means that one.
    const usesMachineCache = !isRoot && cacheHome === undefined && (await isOwnedBy(machineCache, 0));
    const shared = usesMachineCache ? [machineCache] : [];
    return { folders: [folder, ...shared], target: folder };
  }
  throw enginesRefused(
    'NO_CACHE',
    `None of ${candidates.join(', ')} can be written to${isRoot ? ' and read by other users' : ''}. Set XDG_CACHE_HOME to a folder that can.`,
  );
}

/** Places for the cache, best first. */
export function cacheCandidates(options: { isRoot: boolean; cacheHome: string | undefined }): string[] {
  const { isRoot, cacheHome } = options;
  // A relative path is to be ignored, says the XDG base directory specification.
  const chosen = cacheHome !== undefined && isAbsolute(cacheHome) ? [join(cacheHome, 'weft', 'engines')] : [];
  const usual = isRoot ? machineCache : join(homedir(), '.cache', 'weft', 'engines');
  const last = join(tmpdir(), `weft-engines-${process.getuid?.() ?? 'user'}`);
  return [...chosen, usual, last];
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o755 });
    // The umask may have taken the right of others to read.
    for (let each = folder; made !== undefined && each.length >= made.length; each = dirname(each))
      await chmod(each, 0o755);
    // A folder that somebody else owns could hold binaries that somebody else chose.
    return await isOwnedBy(folder, process.getuid?.() ?? 0);
  } catch {
    return false;
  }
}

async function isOwnedBy(folder: string, uid: number): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  const writableByOthers = 0o022;
  return (
    stats !== undefined && stats.isDirectory() && stats.uid === uid && (stats.mode & writableByOthers) === 0
  );
}
