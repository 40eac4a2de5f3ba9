import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A document of the sample. */
export interface SampleDocument {
  /** The path within the project. */
  uri: string;
  content: Buffer;
}

// From apps/standalone/dist/sample.
const projectFolder = join(__dirname, '..', '..', '..', '..');

/** The project's own documents: README.md and the Markdown below docs/. */
export async function readSampleDocuments(folder: string = projectFolder): Promise<SampleDocument[]> {
  const entries = await readdir(join(folder, 'docs'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  return await Promise.all(
    ['README.md', ...files].map(async (uri) => ({ uri, content: await readFile(join(folder, uri)) })),
  );
}
