import { cache } from '@weft/contracts';
import fc from 'fast-check';
import { keyDigest } from './key-digest';

const digestOf = (tenantId: string, key: cache.CacheKey) => keyDigest(tenantId, key).toString('hex');

/** Few and confusable values, so that equal parts and shifted borders between parts are frequent. */
const text = fc.constantFrom('', 'a', 'aa', 'ab', 'b', '\0', '0', '\ud800', '\udbff');
const integer = fc.constantFrom(0, 1, 2, Number.MAX_SAFE_INTEGER);
const key: fc.Arbitrary<cache.CacheKey> = fc.record({
  assistant: text,
  assistantVersion: integer,
  model: text,
  promptDigest: text,
  policy: text,
  collectionRevisions: fc.dictionary(text, integer, { maxKeys: 2, noNullPrototype: true }),
  requestDigest: text,
});

/** The fields in one order, with collections sorted: equal text means equal keys. */
function canonical(tenantId: string, value: cache.CacheKey): string {
  const collections = Object.entries(value.collectionRevisions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    tenantId,
    value.assistant,
    value.assistantVersion,
    value.model,
    value.promptDigest,
    value.policy,
    value.requestDigest,
    collections,
  ]);
}

describe('keyDigest', () => {
  it('is equal for two keys exactly when every field and the tenant are equal', () => {
    fc.assert(
      fc.property(text, key, text, key, (tenantA, keyA, tenantB, keyB) => {
        const equal = canonical(tenantA, keyA) === canonical(tenantB, keyB);
        expect(digestOf(tenantA, keyA) === digestOf(tenantB, keyB)).toBe(equal);
      }),
      { numRuns: 2000 },
    );
  });

  it('differs when any single field differs', () => {
    const change = fc.constantFrom(
      ...(['assistant', 'model', 'promptDigest', 'policy', 'requestDigest', 'assistantVersion'] as const),
    );
    fc.assert(
      fc.property(key, change, (value, field) => {
        const other = {
          ...value,
          [field]: field === 'assistantVersion' ? value[field] - 1 : `${value[field]}x`,
        };
        expect(digestOf('acme', other)).not.toBe(digestOf('acme', value));
      }),
    );
  });

  it('tells apart keys whose texts only end elsewhere', () => {
    const parts = fc.tuple(fc.string(), fc.string({ minLength: 1 }), fc.string());
    fc.assert(
      fc.property(parts, ([start, middle, end]) => {
        const one = cache.CacheKey.create({ model: start + middle, promptDigest: end });
        const other = cache.CacheKey.create({ model: start, promptDigest: middle + end });
        expect(digestOf('acme', one)).not.toBe(digestOf('acme', other));
      }),
    );
  });

  it('does not depend on the order of collections', () => {
    fc.assert(
      fc.property(key, (value) => {
        const reversed = Object.fromEntries(Object.entries(value.collectionRevisions).reverse());
        expect(digestOf('acme', { ...value, collectionRevisions: reversed })).toBe(digestOf('acme', value));
      }),
    );
  });

  it('differs when only the revision of a collection differs', () => {
    const base = cache.CacheKey.create({ assistant: 'docs', collectionRevisions: { docs: 1 } });
    const later = cache.CacheKey.create({ assistant: 'docs', collectionRevisions: { docs: 2 } });
    expect(digestOf('acme', later)).not.toBe(digestOf('acme', base));
  });
});
