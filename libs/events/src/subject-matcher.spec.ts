import fc from 'fast-check';

import { subjectMatcher } from './subject-matcher';

describe('subjectMatcher', () => {
  it.each([
    ['weft.prompt.created.v1', 'weft.prompt.created.v1', true],
    ['weft.prompt.created.v1', 'weft.prompt.created', false],
    ['weft.*.created.v1', 'weft.prompt.created.v1', true],
    ['weft.*.created.v1', 'weft.prompt.deleted.v1', false],
    ['weft.*', 'weft.prompt.created', false],
    ['weft.>', 'weft.prompt', true],
    ['weft.>', 'weft.prompt.created.v1', true],
    ['weft.>', 'weft', false],
    ['weft.*.>', 'weft.prompt', false],
    ['weft.pro', 'weft.prompt', false],
    ['>', 'weft', true],
  ])('takes %s and %s for a match: %s', (pattern, subject, expected) => {
    expect(subjectMatcher([pattern])(subject)).toBe(expected);
  });

  it('matches when any of its patterns does', () => {
    expect(subjectMatcher(['weft.memory.>', 'weft.prompt.>'])('weft.prompt.created.v1')).toBe(true);
  });

  it.each(['', 'weft..x', 'weft.>.x', 'weft.a*', 'weft. x'])('refuses the pattern "%s"', (pattern) => {
    expect(() => subjectMatcher([pattern])).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('matches every subject by itself, by a star in any place and by its beginning', () => {
    const word = fc.stringMatching(/^[a-z0-9_]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 6 }), fc.nat(), (words, seed) => {
        const place = seed % words.length;
        const starred = words.with(place, '*').join('.');
        const beginning = [...words.slice(0, 1 + (seed % (words.length - 1))), '>'].join('.');
        const subject = words.join('.');
        return [subject, starred, beginning].every((pattern) => subjectMatcher([pattern])(subject));
      }),
    );
  });
});
