import { rename, writeFile } from 'node:fs/promises';

/** Writes a file so that whoever reads it at that moment finds the old or the new one, and never half of one. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`;
  await writeFile(unfinished, text, { mode });
  await rename(unfinished, file);
}
