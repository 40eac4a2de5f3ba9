import { isDigit, isHexDigit } from './characters';

const dot = 0x2e;
const colon = 0x3a;

/**
 * Counts the groups that an IPv6 address without a zone is written in: up to four hexadecimal digits each,
 * eight of them or fewer and `::` for those that are zero, the last two as an IPv4 address or not. Source:
 * RFC 4291, 2.2.
 *
 * @returns how many groups are written, `::` not counted; -1 when it is no address
 */
export function countIpv6Groups(text: string, start: number, end: number): number {
  let groups = 0;
  let compressed = false;
  let position = start;
  if (text.charCodeAt(start) === colon) {
    if (end - start < 2 || text.charCodeAt(start + 1) !== colon) return -1;
    compressed = true;
    position += 2;
  }
  while (position < end) {
    const groupStart = position;
    while (position < end && isHexDigit(text.charCodeAt(position))) position++;
    const length = position - groupStart;
    if (length > 0 && position < end && text.charCodeAt(position) === dot) {
      return isIpv4(text, groupStart, end) ? fitting(groups + 2, compressed) : -1;
    }
    if (length === 0 || length > 4) return -1;
    groups++;
    if (position === end) break;
    if (text.charCodeAt(position) !== colon) return -1;
    position++;
    if (position < end && text.charCodeAt(position) === colon) {
      if (compressed) return -1;
      compressed = true;
      position++;
    } else if (position === end) {
      return -1;
    }
  }
  return fitting(groups, compressed);
}

function fitting(groups: number, compressed: boolean): number {
  return (compressed ? groups <= 7 : groups === 8) ? groups : -1;
}

/** Tells whether four octets without leading zeros stand here. */
function isIpv4(text: string, start: number, end: number): boolean {
  let position = start;
  for (let octet = 1; octet <= 4; octet++) {
    const octetStart = position;
    let value = 0;
    while (position < end && position - octetStart < 3 && isDigit(text.charCodeAt(position))) {
      value = value * 10 + text.charCodeAt(position) - 48;
      position++;
    }
    const length = position - octetStart;
    if (length === 0 || value > 255 || (length > 1 && text.charCodeAt(octetStart) === 48)) return false;
    if (octet < 4 && (position >= end || text.charCodeAt(position++) !== dot)) return false;
  }
  return position === end;
}
