import { safety } from '@weft/contracts';
import { isAlphanumeric, isDigit, isHyphen, isLetter, isSpace } from './characters';
import { type Detector, type Found, none, undecided } from './detector';
import { ibanLength } from './iban-lengths';

/** Country and check digits: what an IBAN begins with. */
const headLength = 4;
/** How many characters stand between two gaps, where there are any. */
const groupLength = 4;

/**
 * Finds IBANs in either case: of their country's length, with a checksum that holds, whole or with one space
 * or hyphen after every four characters or some of them.
 */
export function createIbanDetector(): Detector {
  return { kind: safety.EntityKind.IBAN, advance };
}

function advance(text: string, from: number, final: boolean, found: Found): number {
  let position = from;
  // The first check digit leads to the two letters before it: text has fewer digits than letters.
  for (let digit = from + 2; digit < text.length; digit++) {
    if (!isDigit(text.charCodeAt(digit))) continue;
    const start = digit - 2;
    const end = mayBegin(text, start) ? matchIban(text, start, final) : none;
    if (end === undecided) return start;
    if (end === none) continue;
    found(start, end);
    position = end;
    digit = end + 1;
  }
  return final ? text.length : beginningAtEnd(text, position);
}

/** Where the last characters begin an IBAN of which no digit has come; the text's length when they do not. */
function beginningAtEnd(text: string, from: number): number {
  const two = text.length - 2;
  if (two >= from && mayBegin(text, two)) return two;
  const one = text.length - 1;
  if (one >= from && isLetter(text.charCodeAt(one)) && !isAlphanumeric(text.charCodeAt(one - 1))) return one;
  return text.length;
}

function mayBegin(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  if (!isLetter(first) || !isLetter(second) || isAlphanumeric(text.charCodeAt(start - 1))) return false;
  return ibanLength(first, second) !== 0;
}

function matchIban(text: string, start: number, final: boolean): number {
  if (start + headLength > text.length) return final ? none : undecided;
  if (!isDigit(text.charCodeAt(start + 3))) return none;
  let left = ibanLength(text.charCodeAt(start), text.charCodeAt(start + 1));
  let position = start;
  for (;;) {
    const groupEnd = position + Math.min(left, groupLength);
    left -= groupEnd - position;
    while (position < groupEnd && isAlphanumeric(text.charCodeAt(position))) position++;
    if (position === text.length && !final) return undecided;
    if (position < groupEnd) return none;
    if (left === 0) break;
    if (isSeparator(text.charCodeAt(position))) position++;
  }
  if (isAlphanumeric(text.charCodeAt(position))) return none;
  return checksumHolds(text, start, position) ? position : none;
}

/**
 * The checksum (ISO 7064, MOD 97-10): letters count as 10 to 35, the head is moved to the end, and the number
 * that the digits make has the remainder 1 when divided by 97.
 */
function checksumHolds(text: string, start: number, end: number): boolean {
  let remainder = 0;
  for (let position = start + headLength; position < end; position++) {
    const code = text.charCodeAt(position);
    if (isAlphanumeric(code)) remainder = appended(remainder, code);
  }
  for (let position = start; position < start + headLength; position++) {
    remainder = appended(remainder, text.charCodeAt(position));
  }
  return remainder === 1;
}

function appended(remainder: number, code: number): number {
  return isDigit(code) ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + (code | 0x20) - 87) % 97;
}

function isSeparator(code: number): boolean {
  return isSpace(code) || isHyphen(code);
}
