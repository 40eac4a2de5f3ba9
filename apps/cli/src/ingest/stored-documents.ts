import { WeftError } from '@weft/errors';
import { type CollectionJson, type DocumentJson, type PageJson } from '../door/door-answers';
import { type DoorClient } from '../door/door-client';
import { doorMethods } from '../door/door-methods';
import { listItems } from '../door/pages';

/**
 * Makes sure that a collection is there.
 *
 * @returns whether it was made just now
 * @throws WeftError NOT_FOUND when it is not there and may not be created
 */
export async function ensureCollection(
  client: DoorClient,
  name: string,
  options: { create: boolean; signal: AbortSignal },
): Promise<boolean> {
  const { create, signal } = options;
  try {
    await client.call<{ collection?: CollectionJson }>(doorMethods.getCollection, { name }, { signal });
    return false;
  } catch (error) {
    if (!create || !hasCode(error, 'NOT_FOUND')) throw error;
  }
  try {
    await client.call(doorMethods.createCollection, { name }, { signal });
    return true;
  } catch (error) {
    // Somebody else was as quick.
    if (hasCode(error, 'ALREADY_EXISTS')) return false;
    throw error;
  }
}

/** The content hash of each document of a collection that search finds, by uri. One that failed is not among them: it is tried again. */
export async function storedHashes(
  client: DoorClient,
  collection: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const documents = listItems<PageJson & { documents?: DocumentJson[] }, DocumentJson>(
    client,
    { method: doorMethods.listDocuments, request: { collection }, itemsOf: (page) => page.documents },
    { signal },
  );
  for await (const { uri, contentHash, state } of documents) {
    if (state === 'DOCUMENT_STATE_READY' && uri !== undefined && contentHash !== undefined)
      hashes.set(uri, contentHash);
  }
  return hashes;
}

function hasCode(error: unknown, code: WeftError['code']): boolean {
  return error instanceof WeftError && error.code === code;
}
