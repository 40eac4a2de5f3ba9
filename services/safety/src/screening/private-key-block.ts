import { isAlphanumeric } from './characters';
import { none, undecided } from './detector';

const opening = '-----BEGIN ';
const closing = '-----END ';
const dashes = '-----';
const space = 0x20;
const lineFeed = 0x0a;

/** The longest text between the first line and the last: a key of 8,192 bits takes 6,400 characters. */
export const privateKeyBodyMax = 8192;
const labelMax = 40;
/** The shortest body of a block whose last line is missing. */
const bodyMin = 24;

/**
 * Matches a private key in PEM (RFC 7468): to its last line, where that comes within 8,192 characters; else
 * as far as its body goes, so that a key that was cut is found too.
 *
 * @returns its end, `none` or `undecided`; an end that the body may go on after has `text.charCodeAt(end)` in
 *   the body
 */
export function matchPrivateKey(text: string, start: number, final: boolean): number {
  const body = labelledEnd(text, start, opening, final);
  if (body < 0) return body;
  const close = text.indexOf(dashes, body);
  if (
    close === -1 ? text.length - body < privateKeyBodyMax + dashes.length : close - body <= privateKeyBodyMax
  ) {
    if (close === -1 && !final) return undecided;
    const end = close === -1 ? none : labelledEnd(text, close, closing, final);
    if (end !== none) return end;
  }
  return cutKeyEnd(text, body);
}

/** Tells a private key from another secret that begins with a hyphen. */
export function isPrivateKey(text: string, start: number): boolean {
  return text.startsWith(opening, start);
}

/** The end of a first or last line that names a private key. */
function labelledEnd(text: string, start: number, line: string, final: boolean): number {
  if (!text.startsWith(line, start)) {
    return !final && text.length - start < line.length && line.startsWith(text.slice(start))
      ? undecided
      : none;
  }
  const label = start + line.length;
  let end = label;
  while (end - label <= labelMax && isLabel(text.charCodeAt(end))) end++;
  if (end - label > labelMax) return none;
  const rest = text.slice(end, end + dashes.length);
  if (!dashes.startsWith(rest)) return none;
  if (rest.length < dashes.length) return final ? none : undecided;
  return text.slice(label, end).includes('PRIVATE KEY') ? end + dashes.length : none;
}

/**
 * The end of a body without its last line: at most 8,192 characters of base64, line ends (also as JSON writes
 * them) and indentation.
 */
function cutKeyEnd(text: string, body: number): number {
  const end = privateKeyBodyEnd(text, body, body + privateKeyBodyMax);
  return end - body >= bodyMin ? end : none;
}

/** The end of what can be a key's body, at most `limit`. */
export function privateKeyBodyEnd(text: string, start: number, limit: number): number {
  let end = start;
  while (end < limit && isBody(text, end)) end++;
  return end;
}

function isBody(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  if (isAlphanumeric(code) || code === 0x2b || code === 0x2f || code === 0x3d) return true;
  if (code === lineFeed || code === 0x0d || code === 0x09 || code === 0x5c) return true;
  if (code !== space) return false;
  const before = text.charCodeAt(position - 1);
  return before === lineFeed || before === space;
}

/** Capital letters, digits and spaces. */
function isLabel(code: number): boolean {
  return code === space || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}
