import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Finds the Cranfield collection: in `WEFT_CRANFIELD_DIR`, else in a folder `shared/data/cranfield` of a folder above this one.
 *
 * @returns undefined when it is nowhere
 * @throws Error when the variable names a folder that does not have it
 */
export function findCranfield(env: NodeJS.ProcessEnv, start: string): string | undefined {
  const named = env['WEFT_CRANFIELD_DIR'];
  if (named) {
    if (hasCollection(named)) return named;
    throw new Error(`WEFT_CRANFIELD_DIR: there is no corpus.jsonl in '${named}'`);
  }
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'data', 'cranfield');
    if (hasCollection(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function hasCollection(folder: string): boolean {
  return existsSync(join(folder, 'corpus.jsonl'));
}
