import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { openCluster, prepareFreshCluster } from './cluster';

/** Makes a fresh database and answers with its files as a tar archive. Takes some seconds. */
export async function makeSnapshot(): Promise<Uint8Array<ArrayBuffer>> {
  const pglite = await openCluster({ folder: undefined });
  try {
    await prepareFreshCluster(pglite);
    await pglite.exec('vacuum freeze analyze');
    await pglite.exec('checkpoint');
    const archive = await pglite.dumpDataDir('none');
    return new Uint8Array(await archive.arrayBuffer());
  } finally {
    await pglite.close();
  }
}

/** Reads a snapshot; undefined when the build made none. */
export function readSnapshot(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the files of a snapshot into a folder, which is there whole or not at all. */
export function unpackSnapshot(archive: Uint8Array, folder: string): void {
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700, recursive: true });
  for (const entry of tarEntries(archive)) {
    const path = join(unfinished, normalize(`/${entry.name}`));
    if (entry.folder) {
      mkdirSync(path, { mode: 0o700, recursive: true });
    } else {
      mkdirSync(dirname(path), { mode: 0o700, recursive: true });
      writeFileSync(path, entry.content, { mode: 0o600 });
    }
  }
  renameSync(unfinished, folder);
}

/** The entries of a tar archive as PGlite writes it: headers of 512 bytes. Source: POSIX.1-1988 (ustar). */
function* tarEntries(archive: Uint8Array): Generator<{ name: string; folder: boolean; content: Uint8Array }> {
  const block = 512;
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const text = (start: number, length: number) =>
    bytes.toString('latin1', start, start + length).split('\0', 1)[0]!;
  for (let offset = 0; offset + block <= bytes.length && bytes[offset] !== 0;) {
    const prefix = text(offset + 345, 155);
    const name = prefix === '' ? text(offset, 100) : `${prefix}/${text(offset, 100)}`;
    const size = Number.parseInt(text(offset + 124, 12), 8);
    const start = offset + block;
    yield { name, folder: text(offset + 156, 1) === '5', content: bytes.subarray(start, start + size) };
    offset = start + Math.ceil(size / block) * block;
  }
}
