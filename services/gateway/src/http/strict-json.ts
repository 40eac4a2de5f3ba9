import { isUtf8 } from 'node:buffer';
import { invalidField, WeftError } from '@weft/errors';

/** Deeper nesting is refused. */
export const nestingDepthMax = 64;

/**
 * Reads a JSON object of which every reader makes the same: duplicate keys, `__proto__`, halves of surrogate pairs, broken UTF-8
 * and nesting deeper than 64 are refused.
 *
 * @throws WeftError INVALID_ARGUMENT `BAD_JSON`
 */
export function parseStrictJson(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) throw badJson('The body is empty. Send a JSON object.');
  if (!isUtf8(body)) throw badJson('The body is not valid UTF-8.');
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
  // Looked at before it is parsed: a bomb must not become a tree first.
  checkStructure(text);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badJson('The body must be a JSON object.');
  if (/\\u[dD][89a-fA-F]/.test(text)) checkSurrogates(value, '');
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Where the parser stopped, not what it found there: that may be what a prompt says.
    const where = / at position \d+(?: \(line \d+ column \d+\))?/.exec(String(error))?.[0] ?? '';
    throw badJson(`The body is not valid JSON${where}.`);
  }
}

interface Container {
  /** The keys seen; undefined in an array. */
  keys: Set<string> | undefined;
  /** Whether a string that comes now is a key. */
  expectsKey: boolean;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Checks depth and keys in one pass. Text that is no JSON passes: the parser says better what is wrong with it. */
function checkStructure(text: string): void {
  const containers: Container[] = [];
  let container: Container | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (container?.keys !== undefined && container.expectsKey)
        checkKey(text.slice(at, end + 1), container.keys);
      at = end;
    } else if (code === openBrace || code === openBracket) {
      if (containers.length >= nestingDepthMax)
        throw badJson(`The body must be nested at most ${nestingDepthMax} deep.`);
      container = { keys: code === openBrace ? new Set() : undefined, expectsKey: code === openBrace };
      containers.push(container);
    } else if (code === closeBrace || code === closeBracket) {
      containers.pop();
      container = containers.at(-1);
    } else if (container !== undefined) {
      if (code === colon) container.expectsKey = false;
      else if (code === comma) container.expectsKey = true;
    }
  }
}

/** The index of the quote that ends the string begun at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function checkKey(literal: string, keys: Set<string>): void {
  const key = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
  if (key === '__proto__') throw invalidField(key, 'is not allowed as a key', 'BAD_JSON');
  if (keys.has(key)) throw invalidField(key, 'stands more than once in the same object', 'BAD_JSON');
  keys.add(key);
}

function unescaped(literal: string): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
}

/** A half of a surrogate pair cannot be written as UTF-8: it would reach the model as another text. */
function checkSurrogates(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw invalidField(path, 'has half of a surrogate pair', 'BAD_JSON');
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkSurrogates(item, `${path}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (!key.isWellFormed())
        throw invalidField(path, 'has a key with half of a surrogate pair', 'BAD_JSON');
      checkSurrogates(item, at);
    }
  }
}

function badJson(message: string): WeftError {
  return new WeftError('INVALID_ARGUMENT', 'BAD_JSON', message);
}
