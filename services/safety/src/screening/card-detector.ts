import { safety } from '@weft/contracts';
import { isIssued, isIssuer } from './card-issuers';
import { isAlphanumeric, isDigit, isHyphen, isLetter, isSpace } from './characters';
import { type Detector, type Found, none, undecided } from './detector';

const dot = 0x2e;
const digitsMin = 12;
const digitsMax = 19;
/** The shortest groups that cards are written in, as in 4-4-4-4-3. */
const firstGroupMin = 4;
const groupMin = 3;

/** What Luhn counts for a digit that is doubled: the sum of the digits. */
const doubled = Uint8Array.of(0, 2, 4, 6, 8, 1, 3, 5, 7, 9);

/**
 * Finds payment card numbers: 12 to 19 digits, whole or in groups of three or more with one space or hyphen
 * between, whose issuer range exists in that length and whose checksum holds. Begins and ends at the borders
 * of groups; of several that begin together the longest is taken.
 */
export function createCardDetector(): Detector {
  return { kind: safety.EntityKind.CARD, advance };
}

function advance(text: string, from: number, final: boolean, found: Found): number {
  let position = from;
  while (position < text.length) {
    if (!isDigit(text.charCodeAt(position))) {
      position++;
      continue;
    }
    const end = mayBegin(text, position) ? matchCard(text, position, final) : none;
    if (end === undecided) return position;
    if (end === none) {
      position = afterDigits(text, position);
    } else {
      found(position, end);
      position = end;
    }
  }
  return text.length;
}

/**
 * Digits after a letter or a digit are part of something longer, those after a decimal point of a fraction.
 */
function mayBegin(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (isAlphanumeric(before)) return false;
  return !(before === dot && isDigit(text.charCodeAt(start - 2)));
}

function matchCard(text: string, start: number, final: boolean): number {
  let best = none;
  let prefix = 0;
  let digits = 0;
  // Luhn doubles every second digit from the right. Each digit that follows changes which: one sum for either
  // way.
  let sum = 0;
  let sumShifted = 0;
  let position = start;
  for (;;) {
    const groupStart = position;
    let code = text.charCodeAt(position);
    while (isDigit(code)) {
      const digit = code - 48;
      if (digits < 4) prefix = prefix * 10 + digit;
      const shifted = sum + doubled[digit]!;
      sum = sumShifted + digit;
      sumShifted = shifted;
      digits++;
      if (digits > digitsMax) return best;
      if (digits === 4 && !isIssuer(prefix)) return none;
      code = text.charCodeAt(++position);
    }
    if (position === text.length && !final) return undecided;
    if (position - groupStart < (groupStart === start ? firstGroupMin : groupMin) || isLetter(code))
      return best;
    if (digits >= digitsMin && sum % 10 === 0 && isIssued(prefix, digits)) best = position;
    if (!isSpace(code) && !isHyphen(code)) return best;
    if (position + 1 === text.length && !final) return undecided;
    position++;
    if (!isDigit(text.charCodeAt(position))) return best;
  }
}

function afterDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}
