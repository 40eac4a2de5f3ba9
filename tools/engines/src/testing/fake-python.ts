import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A program that stands for Python in tests: `-m pip download` runs one shell script, and `-c`, which unpacks, another.
 * Both see `$dest`, the folder to write to.
 */
export function fakePython(folder: string, scripts: { download: string; unpack?: string }): string {
  const file = join(folder, 'python');
  const text = `#!/bin/sh
set -e
if [ "$1" = -c ]; then
  dest="$4"; mkdir -p "$dest"
  ${scripts.unpack ?? ':'}
else
  while [ "$1" != --dest ]; do shift; done
  dest="$2"
  ${scripts.download}
fi
`;
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}
