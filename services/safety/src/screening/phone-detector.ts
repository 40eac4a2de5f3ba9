import { safety } from '@weft/contracts';
import { isAlphanumeric, isDigit, isHyphen, isLetter } from './characters';
import { type Detector, type Found, none, undecided } from './detector';
import { matchNorthAmericanPhone } from './north-american-phone';
import { isAnnounced } from './phone-announcement';
import { gapKind, gaps } from './phone-gap';
import { createPhoneGroups, digitsOf, type PhoneGroups, readPhoneGroups } from './phone-groups';
import { type PhoneNumbers } from './phone-numbers';
import { isPhoneShape } from './phone-shape';

const plus = 0x2b;
const opening = 0x28;
const closing = 0x29;
const dot = 0x2e;
const slash = 0x2f;
const zero = 0x30;

/** The shortest number after `+` or a prefix for dialling abroad. */
const internationalDigitsMin = 7;

/** The longest country calling code or area code. */
const bracketDigitsMax = 6;

/** One for all candidates: matching is never interrupted. */
const groups = createPhoneGroups();

/**
 * Finds telephone numbers: after `+`, or a prefix for dialling abroad, what is valid in some country; else
 * what is valid in the default country and written as a number is: in groups, with the trunk prefix `0`, or
 * after a word that announces one. Of several that begin together the longest is taken.
 */
export function createPhoneDetector(numbers: PhoneNumbers): Detector {
  return {
    kind: safety.EntityKind.PHONE,
    advance(text: string, from: number, final: boolean, found: Found): number {
      let position = from;
      while (position < text.length) {
        const code = text.charCodeAt(position);
        if (!isDigit(code) && code !== plus && code !== opening) {
          position++;
          continue;
        }
        const end = mayBegin(text, position, code) ? match(text, position, code, final, numbers) : none;
        if (end === undecided) return position;
        if (end !== none) found(position, end);
        position = end !== none ? end : isDigit(code) ? afterDigits(text, position) : position + 1;
      }
      return text.length;
    },
  };
}

/**
 * Digits that follow a letter, a currency or `#`, or are joined to a word by a hyphen, a dot or a slash, are
 * part of something else.
 */
function mayBegin(text: string, start: number, code: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (isAlphanumeric(before) || before === 0x5f || before === plus || before === 0x23 || before === 0x24)
    return false;
  if (!isHyphen(before) && before !== dot && before !== slash) return true;
  return code === plus || !isAlphanumeric(text.charCodeAt(start - 2));
}

function match(text: string, start: number, code: number, final: boolean, numbers: PhoneNumbers): number {
  if (code === opening) return matchInBrackets(text, start, final, numbers);
  if (code !== plus) return matchNational(text, start, final, numbers);
  if (start + 1 === text.length) return final ? none : undecided;
  if (!isDigit(text.charCodeAt(start + 1))) return none;
  const read = readPhoneGroups(text, start + 1, final, groups);
  return read === 0 ? longestInternational(text, '', numbers) : read;
}

/** Only the first group may be in brackets: `(415) 555-2671` and `(+44) 20 7946 0958`. */
function matchInBrackets(text: string, start: number, final: boolean, numbers: PhoneNumbers): number {
  const inside = start + 1;
  if (inside === text.length) return final ? none : undecided;
  const code = text.charCodeAt(inside);
  if (code !== plus && !isDigit(code)) return none;
  const digits = code === plus ? inside + 1 : inside;
  const end = afterDigits(text, digits);
  if (end - digits > bracketDigitsMax) return none;
  if (end === text.length) return final ? none : undecided;
  return text.charCodeAt(end) === closing ? match(text, inside, code, final, numbers) : none;
}

function matchNational(text: string, start: number, final: boolean, numbers: PhoneNumbers): number {
  const abroad = dialledAbroad(text, start, final, numbers);
  if (abroad === undecided) return undecided;
  if (abroad === none && numbers.northAmerican) {
    const end = matchNorthAmericanPhone(text, start, final, numbers.national);
    return end < 0 ? end : endOfNational(text, end, final);
  }
  const read = readPhoneGroups(text, start, final, groups);
  if (read !== 0) return read;
  return abroad === none
    ? longestNational(text, numbers)
    : longestInternational(text, text.slice(start, abroad), numbers);
}

/** The end of a prefix for dialling abroad: `00`, and `011` in North America. */
function dialledAbroad(text: string, start: number, final: boolean, numbers: PhoneNumbers): number {
  if (text.charCodeAt(start) !== zero) return none;
  const prefix = numbers.northAmerican && text.charCodeAt(start + 1) !== zero ? '011' : '00';
  if (text.startsWith(prefix, start)) return start + prefix.length;
  if (final || text.length - start >= prefix.length) return none;
  return prefix.startsWith(text.slice(start)) ? undecided : none;
}

/**
 * The end of the most groups that make a number of any country; those after `+` need no further sign that
 * they are one.
 */
function longestInternational(text: string, prefix: string, numbers: PhoneNumbers): number {
  if (groups.digits[groups.count - 1]! < prefix.length + internationalDigitsMin) return none;
  const digits = digitsOf(text, groups).slice(prefix.length);
  const found = numbers.international(digits);
  if (found === undefined) return none;
  const alone = prefix === '' ? 1 : 2;
  for (let count = groups.count; count > 0; count--) {
    const length = groups.digits[count - 1]! - prefix.length;
    if (length < internationalDigitsMin) return none;
    const end = groups.ends[count - 1]!;
    if (!isFree(text, end) || !found.plan.isNumber(digits.slice(found.codeLength, length))) continue;
    if (count >= alone || isAnnounced(text, groups.starts[0]!)) return end;
  }
  return none;
}

/** The end of the most groups that make a number of the default country. */
function longestNational(text: string, { national, nationalPrefix }: PhoneNumbers): number {
  const digits = digitsOf(text, groups);
  for (let count = groups.count; count > 0; count--) {
    const end = groups.ends[count - 1]!;
    if (!isFree(text, end) || isJoined(groups, count - 1)) continue;
    if (
      !isPhoneShape(text, groups, count, nationalPrefix) ||
      !national.isNumber(digits.slice(0, groups.digits[count - 1]))
    )
      continue;
    const start = groups.starts[0]!;
    if (count > 1 || (nationalPrefix === '0' && text.charCodeAt(start) === zero) || isAnnounced(text, start))
      return end;
  }
  return none;
}

/** A word may not follow, but an extension such as `x12` may. */
function isFree(text: string, end: number): boolean {
  const next = text.charCodeAt(end);
  return !isAlphanumeric(next) || ((next | 0x20) === 0x78 && isLetter(next));
}

/** Another group follows without a space between, so the number is longer than what was matched. */
function isJoined({ gaps: kinds }: PhoneGroups, index: number): boolean {
  return kinds[index] === gaps.tight || kinds[index] === gaps.dot;
}

/** Refuses a number that goes on after a hyphen, a slash or a dot. */
function endOfNational(text: string, end: number, final: boolean): number {
  if (!isFree(text, end)) return none;
  const gap = gapKind(text, end, end + 1);
  if (gap !== gaps.tight && gap !== gaps.dot) return end;
  if (end + 1 === text.length) return final ? end : undecided;
  return isDigit(text.charCodeAt(end + 1)) ? none : end;
}

function afterDigits(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end++;
  return end;
}
