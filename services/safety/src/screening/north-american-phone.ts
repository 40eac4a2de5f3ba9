import { isDigit } from './characters';
import { none, undecided } from './detector';
import { isAnnounced } from './phone-announcement';
import { afterGap, gapKind, gaps } from './phone-gap';
import { type NumberingPlan } from './phone-numbers';

/**
 * Matches a national number of the North American Numbering Plan: a 1 or none, then digits in groups of 3-3-4
 * or 3-7. All ten in one count where a word announces a number.
 *
 * @param start the first digit, which may stand after a bracket
 * @returns where its last group ends, `none` or `undecided`
 */
export function matchNorthAmericanPhone(
  text: string,
  start: number,
  final: boolean,
  plan: NumberingPlan,
): number {
  let groupStart = start;
  let groupEnd = afterDigits(text, groupStart);
  if (goesOn(text, groupEnd, final)) return undecided;
  let prefixed = false;
  if (groupEnd - groupStart === 1 && text.charCodeAt(groupStart) === 0x31) {
    const next = nextGroup(text, groupEnd, final);
    if (next < 0) return next;
    prefixed = true;
    groupStart = next;
    groupEnd = afterDigits(text, groupStart);
    if (goesOn(text, groupEnd, final)) return undecided;
  }
  const length = groupEnd - groupStart;
  if (length >= 10) return unbroken(text, groupStart, groupEnd, prefixed, plan);
  if (length !== 3 || text.charCodeAt(groupStart) < 0x32) return none;
  return grouped(text, groupStart, groupEnd, final, plan);
}

function unbroken(text: string, start: number, end: number, prefixed: boolean, plan: NumberingPlan): number {
  const length = end - start;
  if (length > 10 && (length > 11 || prefixed || text.charCodeAt(start) !== 0x31)) return none;
  return plan.isNumber(text.slice(start, end)) && (prefixed || isAnnounced(text, start)) ? end : none;
}

function grouped(
  text: string,
  areaStart: number,
  areaEnd: number,
  final: boolean,
  plan: NumberingPlan,
): number {
  const exchange = nextGroup(text, areaEnd, final);
  if (exchange < 0) return exchange;
  let end = afterDigits(text, exchange);
  if (goesOn(text, end, final)) return undecided;
  if (end - exchange === 7) {
    // One dot makes it a decimal number.
    if (gapKind(text, areaEnd, exchange) === gaps.dot) return none;
    return plan.isNumber(text.slice(areaStart, areaEnd) + text.slice(exchange, end)) ? end : none;
  }
  if (end - exchange !== 3) return none;
  const line = nextGroup(text, end, final);
  if (line < 0) return line;
  const exchangeEnd = end;
  end = afterDigits(text, line);
  if (goesOn(text, end, final)) return undecided;
  if (end - line !== 4) return none;
  return plan.isNumber(
    text.slice(areaStart, areaEnd) + text.slice(exchange, exchangeEnd) + text.slice(line, end),
  )
    ? end
    : none;
}

/** Where the group after a gap begins. */
function nextGroup(text: string, end: number, final: boolean): number {
  const next = afterGap(text, end);
  if (goesOn(text, next, final)) return undecided;
  return next !== end && isDigit(text.charCodeAt(next)) && gapKind(text, end, next) !== gaps.none
    ? next
    : none;
}

/** Where a run of digits ends, or its twelfth digit. */
function afterDigits(text: string, start: number): number {
  let end = start;
  while (end - start < 12 && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function goesOn(text: string, end: number, final: boolean): boolean {
  return end === text.length && !final;
}
