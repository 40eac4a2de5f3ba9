import { gaps } from './phone-gap';
import { type PhoneGroups } from './phone-groups';

/**
 * Tells whether groups stand together as those of a national number do, rather than as those of a date, an IP
 * address, a decimal number or a list. Outside of North America the groups vary; the trunk prefix, where
 * there is one, tells numbers from others.
 */
export function isPhoneShape(
  text: string,
  groups: PhoneGroups,
  count: number,
  nationalPrefix: string | undefined,
): boolean {
  if (count === 1) return true;
  if (count === 2 && groups.gaps[0] === gaps.dot) return false;
  if (nationalPrefix !== undefined && !text.startsWith(nationalPrefix, groups.starts[0])) return false;
  for (let index = 1; index < count; index++) {
    if (lengthOf(groups, index) < 2) return false;
  }
  return !isAddressShape(groups, count) && !isDate(text, groups, count);
}

/** Four groups of up to three digits with dots between. */
function isAddressShape(groups: PhoneGroups, count: number): boolean {
  if (count !== 4) return false;
  for (let index = 0; index < count; index++) {
    if (lengthOf(groups, index) > 3 || (index < 3 && groups.gaps[index] !== gaps.dot)) return false;
  }
  return true;
}

/** Day, month and year in either order with the same mark between, whatever follows. */
function isDate(text: string, groups: PhoneGroups, count: number): boolean {
  if (count < 3 || groups.gaps[0] === gaps.loose || groups.gaps[0] !== groups.gaps[1]) return false;
  const [first, second, third] = [lengthOf(groups, 0), lengthOf(groups, 1), lengthOf(groups, 2)];
  if (second > 2 || Number(text.slice(groups.starts[1], groups.ends[1])) > 31) return false;
  return (first === 4 && third <= 2) || (first <= 2 && third === 4);
}

function lengthOf(groups: PhoneGroups, index: number): number {
  return groups.ends[index]! - groups.starts[index]!;
}
