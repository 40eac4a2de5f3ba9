import { type Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** The kinds of files that weft reads. */
export const documentEndings = ['.md', '.markdown', '.txt', '.html', '.htm', '.pdf', '.docx'] as const;

/** What was found below a folder. */
export interface FoundFiles {
  /** Paths relative to the folder, with `/` between their parts, in alphabetical order. */
  uris: string[];
  /** Folders that could not be read, and why. */
  unreadable: { uri: string; message: string }[];
}

/**
 * Finds the documents below a folder. Files and folders whose names begin with a dot are left out, so is `node_modules`; symbolic
 * links are not followed, so that nothing outside of the folder is taken.
 */
export async function findFiles(folder: string): Promise<FoundFiles> {
  const found: FoundFiles = { uris: [], unreadable: [] };
  // The folder itself has to be there: only what is below it may be unreadable.
  const waiting = [{ uri: '', entries: await readdir(folder, { withFileTypes: true }) }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of next.entries) {
      const uri = next.uri === '' ? entry.name : `${next.uri}/${entry.name}`;
      if (isLeftOut(entry)) continue;
      if (entry.isFile() && isDocument(entry.name)) found.uris.push(uri);
      if (!entry.isDirectory()) continue;
      try {
        waiting.push({ uri, entries: await readdir(join(folder, uri), { withFileTypes: true }) });
      } catch (error) {
        found.unreadable.push({ uri, message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  found.uris.sort();
  return found;
}

function isLeftOut(entry: Dirent): boolean {
  return entry.name.startsWith('.') || entry.name === 'node_modules';
}

/** True when a file's ending is one that weft reads. */
export function isDocument(name: string): boolean {
  return (documentEndings as readonly string[]).includes(extname(name).toLowerCase());
}
