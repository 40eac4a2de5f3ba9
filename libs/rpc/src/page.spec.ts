import fc from 'fast-check';
import { openPage } from './index';

const scope = { list: 'documents:docs', tenantId: 'acme' };
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `n${index}` }));
const nameOf = ({ name }: { name: string }) => [name];

function tokenAfter(sortKey: unknown[], of = scope): string {
  return openPage({ pageSize: 1, pageToken: '' }, of).close([0, 1], () => sortKey).nextPageToken;
}

const badToken = expect.objectContaining({
  code: 'INVALID_ARGUMENT',
  reason: 'BAD_PAGE_TOKEN',
  violations: [expect.objectContaining({ field: 'page_token' })],
});

describe('openPage', () => {
  it.each([
    [0, 50],
    [1, 1],
    [199, 199],
    [200, 200],
    [201, 200],
    [2 ** 31 - 1, 200],
  ])('makes pages of page_size %i hold %i', (pageSize, size) => {
    const page = openPage({ pageSize, pageToken: '' }, scope);
    expect([page.size, page.limit]).toEqual([size, size + 1]);
  });

  it('refuses a negative page_size', () => {
    expect(() => openPage({ pageSize: -1, pageToken: '' }, scope)).toThrow(
      'page_size: must be at least 0, is -1',
    );
  });

  it('begins at the beginning without a token', () => {
    expect(openPage({ pageSize: 0, pageToken: '' }, scope).after).toBeUndefined();
  });

  it.each([
    [0, 0, false],
    [49, 49, false],
    [50, 50, false],
    [51, 50, true],
  ])('of %i rows read returns %i, and whether another page follows: %s', (count, returned, follows) => {
    const { items, nextPageToken } = openPage({ pageSize: 0, pageToken: '' }, scope).close(
      rows(count),
      nameOf,
    );
    expect([items.length, nextPageToken !== '']).toEqual([returned, follows]);
  });

  it('goes on after the last row of the page before', () => {
    const { nextPageToken } = openPage({ pageSize: 2, pageToken: '' }, scope).close(rows(3), nameOf);
    expect(openPage({ pageSize: 2, pageToken: nextPageToken }, scope).after).toEqual(['n1']);
  });

  it('gives every sort key back as it was', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(part), (sortKey) => {
        const pageToken = tokenAfter(sortKey);
        expect(openPage({ pageSize: 1, pageToken }, scope).after).toEqual(
          sortKey.map((value) => (Object.is(value, -0) ? 0 : value)),
        );
      }),
    );
  });

  it('visits every row once, whatever the page size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 70 }), (count, pageSize) => {
        const all = rows(count).map(({ name }, index) => ({ name, index }));
        const visited: number[] = [];
        for (let pageToken = '', first = true; first || pageToken !== ''; first = false) {
          const page = openPage({ pageSize, pageToken }, scope);
          const from = page.after === undefined ? 0 : (page.after[0] as number) + 1;
          const closed = page.close(all.slice(from, from + page.limit), ({ index }) => [index]);
          visited.push(...closed.items.map(({ index }) => index));
          pageToken = closed.nextPageToken;
        }
        expect(visited).toEqual(all.map(({ index }) => index));
      }),
    );
  });

  it('refuses the token of another list', () => {
    const pageToken = tokenAfter(['a'], { ...scope, list: 'documents:other' });
    expect(() => openPage({ pageSize: 0, pageToken }, scope)).toThrow(badToken);
  });

  it('refuses the token of another tenant', () => {
    const pageToken = tokenAfter(['a'], { ...scope, tenantId: 'other' });
    expect(() => openPage({ pageSize: 0, pageToken }, scope)).toThrow(badToken);
  });

  it('refuses a token that was changed anywhere', () => {
    const token = tokenAfter(['2026-01-01', 17]);
    const characters = fc.constantFrom(...'ABCxyz019-_=!é');
    fc.assert(
      fc.property(fc.nat(token.length - 1), characters, (index, character) => {
        fc.pre(token[index] !== character);
        const pageToken = token.slice(0, index) + character + token.slice(index + 1);
        expect(() => openPage({ pageSize: 0, pageToken }, scope)).toThrow(badToken);
      }),
    );
  });

  it('refuses a token that was cut', () => {
    const token = tokenAfter(['2026-01-01', 17]);
    for (let length = 1; length < token.length; length++) {
      expect(() => openPage({ pageSize: 0, pageToken: token.slice(0, length) }, scope)).toThrow(badToken);
    }
  });

  it('refuses whatever else is sent as a token', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ minLength: 1 }),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (pageToken) => {
          expect(() => openPage({ pageSize: 0, pageToken }, scope)).toThrow(badToken);
        },
      ),
    );
  });
});
