import { type WeftError } from '@weft/errors';
import fc from 'fast-check';
import { nestingDepthMax, parseStrictJson } from './strict-json';

function refusal(text: string | Uint8Array): WeftError {
  try {
    parseStrictJson(Buffer.from(text as string));
  } catch (error) {
    return error as WeftError;
  }
  throw new Error('was accepted');
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('parseStrictJson', () => {
  test('reads every JSON object as JSON.parse does', () => {
    const unlikeProto = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          unlikeProto,
        ),
        (value) => {
          const text = JSON.stringify(value);
          expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  test('reads an object in whatever white space', () => {
    expect(parseStrictJson(Buffer.from(' {\n"a" :\t[ { "b" : "}" } , "\\"" ] }\r\n'))).toEqual({
      a: [{ b: '}' }, '"'],
    });
  });

  test.each([
    ['nothing', '', 'empty'],
    ['an array', '[1]', 'must be a JSON object'],
    ['a text', '"a"', 'must be a JSON object'],
    ['null', 'null', 'must be a JSON object'],
    ['an unfinished object', '{"a":1', 'not valid JSON'],
    ['an unfinished string', '{"a":"b', 'not valid JSON'],
    ['two objects', '{}{}', 'not valid JSON'],
    ['a trailing comma', '{"a":1,}', 'not valid JSON'],
  ])('refuses %s and says why', (_what, text, message) => {
    expect(refusal(text).message).toContain(message);
  });

  test('refuses with INVALID_ARGUMENT', () => {
    expect(refusal('{').code).toBe('INVALID_ARGUMENT');
  });

  test('refuses bytes that are not UTF-8', () => {
    expect(() => parseStrictJson(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow('UTF-8');
  });

  test.each([
    ['in the body', '{"model":"a","model":"b"}', 'model'],
    ['in an object in an array', '{"a":[{},{"x":1,"y":2,"x":3}]}', 'x'],
    ['after an object', '{"a":{"b":1},"c":2,"a":3}', 'a'],
    ['written with an escape', '{"model":1,"m\\u006fdel":2}', 'model'],
  ])('names a key that stands twice %s', (_where, text, key) => {
    expect(refusal(text).violations[0]?.field).toBe(key);
  });

  test('takes the same key in two objects', () => {
    expect(parseStrictJson(Buffer.from('{"a":{"x":1},"b":[{"x":1},{"x":"x"}]}'))).toEqual({
      a: { x: 1 },
      b: [{ x: 1 }, { x: 'x' }],
    });
  });

  test.each(['{"__proto__":{"admin":true}}', '{"a":{"\\u005f_proto__":1}}'])(
    'refuses __proto__ as a key: %s',
    (text) => {
      expect(refusal(text).violations[0]?.field).toBe('__proto__');
    },
  );

  test('takes __proto__ as a text', () => {
    expect(parseStrictJson(Buffer.from('{"a":"__proto__"}'))).toEqual({ a: '__proto__' });
  });

  test('reads what is nested as deep as the limit', () => {
    expect(() => parseStrictJson(Buffer.from(nested(nestingDepthMax)))).not.toThrow();
  });

  test('refuses what is nested deeper, and names the limit', () => {
    expect(refusal(nested(nestingDepthMax + 1)).message).toContain('at most 64 deep');
  });

  test('refuses a bomb of a million brackets without building it', () => {
    expect(refusal(`{"a":${'['.repeat(1_000_000)}`).message).toContain('at most 64 deep');
  });

  test('takes brackets within texts for what they are', () => {
    expect(parseStrictJson(Buffer.from(JSON.stringify({ a: '[{'.repeat(100) })))).toEqual({
      a: '[{'.repeat(100),
    });
  });

  test('names the field that holds half of a surrogate pair', () => {
    expect(refusal('{"messages":[{"content":"\\ud83d"}]}').violations[0]?.field).toBe('messages[0].content');
  });

  test('takes a surrogate pair written as two escapes', () => {
    expect(parseStrictJson(Buffer.from('{"a":"\\ud83d\\ude00"}'))).toEqual({ a: '😀' });
  });
});
