import { isDigit } from './characters';
import { none, undecided } from './detector';
import { afterGap, gapKind, gaps } from './phone-gap';

/** The most digits of a number: E.164 allows 15, a prefix for dialling abroad adds up to 3. */
const digitsMax = 18;
const groupsMax = 8;

/**
 * Groups of digits with gaps between, as numbers are written. One is used for every candidate, so that
 * reading allocates nothing.
 */
export interface PhoneGroups {
  count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The gap after each group, of `gaps`. */
  readonly gaps: Uint8Array;
  /** How many digits there are up to the end of each group. */
  readonly digits: Uint8Array;
}

/** Makes an empty reading. */
export function createPhoneGroups(): PhoneGroups {
  return {
    count: 0,
    starts: new Int32Array(groupsMax),
    ends: new Int32Array(groupsMax),
    gaps: new Uint8Array(groupsMax),
    digits: new Uint8Array(groupsMax),
  };
}

/**
 * Reads the groups from a digit on, up to 8 groups or 18 digits.
 *
 * @returns 0, or `undecided` where the text ends in a group or a gap and may go on, or `none` for a first
 *   group that is too long
 */
export function readPhoneGroups(text: string, start: number, final: boolean, groups: PhoneGroups): number {
  groups.count = 0;
  let digits = 0;
  let position = start;
  for (;;) {
    const groupStart = position;
    while (isDigit(text.charCodeAt(position)) && digits <= digitsMax) {
      position++;
      digits++;
    }
    if (digits > digitsMax) return groups.count === 0 ? none : 0;
    if (position === text.length && !final) return undecided;
    const index = groups.count++;
    groups.starts[index] = groupStart;
    groups.ends[index] = position;
    groups.digits[index] = digits;
    groups.gaps[index] = gaps.none;
    const next = afterGap(text, position);
    if (next === text.length && !final) return undecided;
    if (next === position || !isDigit(text.charCodeAt(next))) return 0;
    groups.gaps[index] = gapKind(text, position, next);
    if (groups.gaps[index] === gaps.none || groups.count === groupsMax) return 0;
    position = next;
  }
}

/** The digits of all groups. */
export function digitsOf(text: string, groups: PhoneGroups): string {
  let digits = '';
  for (let index = 0; index < groups.count; index++)
    digits += text.slice(groups.starts[index], groups.ends[index]);
  return digits;
}
