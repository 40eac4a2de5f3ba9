import { checkInputs, draftOf, type DocumentInput } from './document-draft';

const input = (overrides: Partial<DocumentInput> = {}): DocumentInput => ({
  uri: 'a.md',
  content: Buffer.from('text'),
  mediaType: '',
  title: '',
  metadata: { lang: 'en', tags: { a: 1, b: 2 } },
  ...overrides,
});

describe('draftOf', () => {
  it('takes the order of keys for nothing', () => {
    const other = draftOf(input({ metadata: { tags: { b: 2, a: 1 }, lang: 'en' } }));
    expect(other.fingerprint).toBe(draftOf(input()).fingerprint);
  });

  it.each([
    ['content', { content: Buffer.from('other') }],
    ['title', { title: 'Title' }],
    ['media type', { mediaType: 'text/html' }],
    ['metadata', { metadata: { lang: 'de' } }],
    [
      'order of a list',
      {
        metadata: {
          lang: 'en',
          tags: [
            ['b', 2],
            ['a', 1],
          ],
        },
      },
    ],
  ])('tells another %s', (_, overrides) => {
    expect(draftOf(input(overrides)).fingerprint).not.toBe(draftOf(input()).fingerprint);
  });
});

describe('checkInputs', () => {
  it('takes what can be stored', () => {
    expect(() => checkInputs([input()], 'documents')).not.toThrow();
  });

  it.each([
    ['a control character in the uri', { uri: 'a\u0000b' }, 'documents[1].uri'],
    ['NUL in metadata', { metadata: { a: ['x\u0000'] } }, 'documents[1].metadata'],
    ['a number that JSON cannot say', { metadata: { a: Number.NaN } }, 'documents[1].metadata'],
    ['too much metadata', { metadata: { a: 'x'.repeat(70_000) } }, 'documents[1].metadata'],
  ])('refuses %s, naming the field', (_, overrides, field) => {
    expect(() => checkInputs([input(), input(overrides)], 'documents')).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field })] }),
    );
  });
});
