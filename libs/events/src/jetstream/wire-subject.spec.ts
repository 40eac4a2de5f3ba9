import fc from 'fast-check';

import { subjectMatcher } from '../subject-matcher';
import { fromWire, isEventSubject, toWire, wireFilters, wireNames } from './wire-subject';

const word = fc.constantFrom('a', 'b', 'created', 'v1');
const subject = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ['weft', ...words].join('.'));
const pattern = fc
  .tuple(
    fc.constantFrom('weft', '*'),
    fc.array(fc.oneof(word, fc.constant('*')), { minLength: 0, maxLength: 3 }),
    fc.constantFrom('a', '*', '>'),
  )
  .map(([first, words, last]) => [first, ...words, last].join('.'));

describe('wireNames', () => {
  it('names the stream after the namespace', () => {
    expect(wireNames('weft')).toEqual({ stream: 'weft', deadStream: 'weft_dead' });
  });

  it.each(['', 'a.b', 'a b', '>', '*', 'a'.repeat(65), 'weft_dead'])('refuses the namespace "%s"', (name) => {
    expect(() => wireNames(name)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });
});

describe('isEventSubject', () => {
  it.each([
    ['weft.prompt.created.v1', true],
    ['weft.memory', true],
    ['weft', false],
    ['weft.', false],
    ['weft..x', false],
    ['wefts.x', false],
    ['weft.*', false],
    ['weft.>', false],
    ['weft.a b', false],
    ['weft.a\r\nPUB x', false],
    [`weft.${'a'.repeat(255)}`, false],
  ])('takes "%s" for one: %s', (text, expected) => {
    expect(isEventSubject(text)).toBe(expected);
  });
});

describe('toWire', () => {
  it('puts the namespace in the place of weft', () => {
    expect(toWire('blue', 'weft.weft.created.v1')).toBe('blue.weft.created.v1');
  });

  it('is undone by fromWire, in every namespace', () => {
    const namespace = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    fc.assert(fc.property(namespace, subject, (name, text) => fromWire(name, toWire(name, text)) === text));
  });
});

describe('wireFilters', () => {
  it('puts the namespace before each pattern', () => {
    expect(wireFilters('blue', ['weft.a.>', 'weft.b.*.v1'])).toEqual(['blue.a.>', 'blue.b.*.v1']);
  });

  it('takes a star or everything at the beginning for weft', () => {
    expect([wireFilters('blue', ['*.a']), wireFilters('blue', ['>'])]).toEqual([['blue.a'], ['blue.>']]);
  });

  it('leaves out a pattern that another includes', () => {
    expect(wireFilters('weft', ['weft.a.b', 'weft.a.>', 'weft.a.*'])).toEqual(['weft.a.>']);
  });

  it.each(['weft', 'other.a', 'wef*', 'weft.>.a', ''])('refuses the pattern "%s"', (text) => {
    expect(() => wireFilters('weft', [text])).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('lets through every subject that the patterns match', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), subject, (patterns, text) => {
        const passes = subjectMatcher(wireFilters('blue', patterns))(toWire('blue', text));
        return passes || !subjectMatcher(patterns)(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('never gives two that match the same subject, which the server refuses', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), subject, (patterns, text) => {
        const filters = wireFilters('blue', patterns);
        return filters.filter((filter) => subjectMatcher([filter])(toWire('blue', text))).length <= 1;
      }),
      { numRuns: 2000 },
    );
  });
});
