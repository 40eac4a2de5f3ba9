import { createHash } from 'node:crypto';
import { type cache } from '@weft/contracts';

const format = 'weft.cache.v1';

/**
 * SHA-256 over the tenant and every field of a key.
 *
 * Each part is preceded by its length, so that no two different keys have the same encoding; collections are sorted by
 * name, so that their order on the wire does not matter. Text is encoded in UTF-16, which keeps lone surrogates apart
 * where UTF-8 would replace them all by one character.
 */
export function keyDigest(tenantId: string, key: cache.CacheKey): Buffer {
  const hash = createHash('sha256');
  const addText = (text: string) => {
    const bytes = Buffer.from(text, 'utf16le');
    hash.update(lengthPrefix(bytes.length)).update(bytes);
  };
  const addInteger = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    hash.update(bytes);
  };
  addText(format);
  addText(tenantId);
  addText(key.assistant);
  addInteger(key.assistantVersion);
  addText(key.model);
  addText(key.promptDigest);
  addText(key.policy);
  addText(key.requestDigest);
  const collections = Object.entries(key.collectionRevisions).sort(([a], [b]) => (a < b ? -1 : 1));
  addInteger(collections.length);
  for (const [name, revision] of collections) {
    addText(name);
    addInteger(revision);
  }
  return hash.digest();
}

function lengthPrefix(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}
