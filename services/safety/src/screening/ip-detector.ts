import { safety } from '@weft/contracts';
import { isAlphanumeric, isDigit, isHexDigit, isHyphen, isLetter } from './characters';
import { type Detector, type Found, none, undecided } from './detector';
import { countIpv6Groups } from './ipv6-syntax';

const dot = 0x2e;
const colon = 0x3a;
const openingBracket = 0x5b;
const underscore = 0x5f;

/** The longest IPv6 address: six groups of four digits and an IPv4 address. */
const ipv6LengthMax = 45;

/**
 * Finds IPv4 addresses (four octets, none above 255, no leading zeros) and IPv6 addresses (RFC 4291, 2.2).
 * What is longer than an address, such as `1.2.3.4.5`, follows the word `version`, or is a scope or slice of
 * a programming language, such as `a::b`, is none.
 */
export function createIpDetector(): Detector {
  return { kind: safety.EntityKind.IP, advance };
}

function advance(text: string, from: number, final: boolean, found: Found): number {
  let position = nextBeginning(text, from);
  while (position < text.length) {
    const end = matchAddress(text, position, final);
    if (end === undecided) return position;
    if (end !== none) found(position, end);
    position = nextBeginning(text, end === none ? position + 1 : end);
  }
  return text.length;
}

/**
 * Where the next word begins with a hexadecimal digit, or the next colon stands outside of a word; the length of
 * the text when nowhere. Most characters get no further than this loop.
 */
function nextBeginning(text: string, from: number): number {
  let within = from > 0 && isAlphanumeric(text.charCodeAt(from - 1));
  for (let position = from; position < text.length; position++) {
    const code = text.charCodeAt(position);
    if (!within && (code === colon || isHexDigit(code))) return position;
    within = isAlphanumeric(code);
  }
  return text.length;
}

function matchAddress(text: string, start: number, final: boolean): number {
  let end = start;
  while (end - start < 4 && isHexDigit(text.charCodeAt(end))) end++;
  if (end === text.length) return final ? none : undecided;
  const next = text.charCodeAt(end);
  if (next === colon) return matchIpv6(text, start, final);
  if (next === dot && isDigit(text.charCodeAt(start))) return matchIpv4(text, start, final);
  return none;
}

function matchIpv4(text: string, start: number, final: boolean): number {
  const before = text.charCodeAt(start - 1);
  if (before === underscore || (before === dot && isAlphanumeric(text.charCodeAt(start - 2)))) return none;
  let position = start;
  for (let octet = 1; ; octet++) {
    const octetStart = position;
    let value = 0;
    while (position - octetStart < 3 && isDigit(text.charCodeAt(position))) {
      value = value * 10 + text.charCodeAt(position) - 48;
      position++;
    }
    const length = position - octetStart;
    if (position === text.length && (octet < 4 || !final)) return final ? none : undecided;
    if (length === 0 || value > 255 || (length > 1 && text.charCodeAt(octetStart) === 48)) return none;
    if (octet === 4) break;
    if (text.charCodeAt(position) !== dot) return none;
    position++;
  }
  return endOfIpv4(text, start, position, final);
}

/** Refuses a fifth number, a word and the suffix of a version, such as `-beta`. */
function endOfIpv4(text: string, start: number, end: number, final: boolean): number {
  const next = text.charCodeAt(end);
  if (isAlphanumeric(next) || next === underscore) return none;
  if (next === dot || isHyphen(next)) {
    if (end + 1 === text.length && !final) return undecided;
    const afterNext = text.charCodeAt(end + 1);
    if (next === dot ? isDigit(afterNext) : isLetter(afterNext)) return none;
  }
  return /(?:^|[^a-z])(?:version|release|build|v|ver)\.?[ :=]{1,2}$/i.test(
    text.slice(Math.max(0, start - 12), start),
  )
    ? none
    : end;
}

function matchIpv6(text: string, start: number, final: boolean): number {
  if (!mayBeginIpv6(text, start)) return none;
  let runEnd = start;
  while (isIpv6Character(text.charCodeAt(runEnd))) {
    runEnd++;
    if (runEnd - start > ipv6LengthMax + 1) return none;
  }
  if (runEnd === text.length && !final) return undecided;
  const end = withoutPunctuation(text, runEnd);
  const next = text.charCodeAt(runEnd);
  if (end === runEnd && (isAlphanumeric(next) || next === underscore)) return none;
  return isAddress(text, start, end) ? end : none;
}

/**
 * A colon before is allowed where it ends a word that cannot be part of an address, as in `ip:2001:db8::1`.
 */
function mayBeginIpv6(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before === dot || before === underscore) return false;
  const beforeThat = text.charCodeAt(start - 2);
  if (before === colon)
    return text.charCodeAt(start) !== colon && isLetter(beforeThat) && !isHexDigit(beforeThat);
  // `list[::2]` and `list[1::2]` are slices; `http://[::1]` is not.
  return !(before === openingBracket && isAlphanumeric(beforeThat));
}

/** The end without the punctuation of a sentence: dots, and a colon that is not part of `::`. */
function withoutPunctuation(text: string, runEnd: number): number {
  let end = runEnd;
  while (text.charCodeAt(end - 1) === dot) end--;
  if (text.charCodeAt(end - 1) === colon && text.charCodeAt(end - 2) !== colon) end--;
  return end;
}

/**
 * Of the addresses that are written in two groups or fewer only `::1` and such as `fe80::1` are told from
 * names and slices of programs.
 */
function isAddress(text: string, start: number, end: number): boolean {
  if (end - start > ipv6LengthMax) return false;
  const groups = countIpv6Groups(text, start, end);
  if (groups >= 3) return true;
  if (groups === 1) return end - start === 3 && text.startsWith('::1', start);
  return groups === 2 && text.indexOf(':', start) === start + 4 && hasDigit(text, start, end);
}

function hasDigit(text: string, start: number, end: number): boolean {
  for (let position = start; position < end; position++) {
    if (isDigit(text.charCodeAt(position))) return true;
  }
  return false;
}

function isIpv6Character(code: number): boolean {
  return isHexDigit(code) || code === colon || code === dot;
}
