import fc from 'fast-check';
import { jsonShape } from './json-shape';
import { readArguments } from './read-arguments';

describe('arguments', () => {
  it.each(['', '  ', '{}'])('may be none: %j', (text) => {
    expect(readArguments(text)).toEqual({});
  });

  it.each([
    ['{"query": ', 'must be JSON text'],
    ['[1]', 'must be a JSON object'],
    ['null', 'must be a JSON object'],
    ['"query"', 'must be a JSON object'],
    ['{"a": 1, "a": 2}', "must say each thing once, says 'a' twice"],
    ['{"a": 1, "\\u0061": 2}', "must say each thing once, says 'a' twice"],
    ['{"x": [{"a": 1, "b": {"a": 1}, "a" : 2}]}', "must say each thing once, says 'a' twice"],
    [
      `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      'must be nested at most 32 levels deep, is 200001',
    ],
  ])('are refused when they are %.40j', (text, description) => {
    expect(() => readArguments(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        violations: [{ field: 'arguments_json', description }],
      }),
    );
  });

  it('may repeat a key in another object, and in text', () => {
    expect(readArguments('{"a": {"a": "\\"a\\": {"}, "b": [{"a": 1}, {"a": 2}]}')).toEqual({
      a: { a: '"a": {' },
      b: [{ a: 1 }, { a: 2 }],
    });
  });

  it('keep `__proto__` as a name like any other', () => {
    const read = readArguments('{"__proto__": {"query": "x"}}');
    expect([Object.keys(read), 'query' in read]).toEqual([['__proto__'], false]);
  });

  it('are nested as deep as they are', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(jsonShape(text).depth).toBe(depthOf(JSON.parse(text)));
      }),
    );
  });
});
