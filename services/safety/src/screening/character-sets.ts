import { isAlphanumeric, isDigit } from './characters';

/** Sets of ASCII characters that tokens are made of; each is one bit, so that a table tells of all of them at once. */
export const sets = {
  digit: 1,
  /** Capital letters and digits. */
  upperOrDigit: 2,
  alphanumeric: 4,
  /** Letters, digits and `_`. */
  word: 8,
  /** Letters, digits and `-`. */
  dashed: 16,
  /** Letters, digits, `-` and `_`, the alphabet of base64url. */
  base64Url: 32,
  /** Base64url and `.`, which joins the parts of a JSON Web Token. */
  jwt: 64,
  /** What bearer tokens are made of. Source: RFC 6750, 2.1. */
  bearer: 128,
} as const;

const setsOf = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const alphanumeric = isAlphanumeric(code);
  const belongs = (others: string) => alphanumeric || others.includes(character);
  return (
    (isDigit(code) ? sets.digit : 0) |
    (isDigit(code) || (code >= 65 && code <= 90) ? sets.upperOrDigit : 0) |
    (alphanumeric ? sets.alphanumeric : 0) |
    (belongs('_') ? sets.word : 0) |
    (belongs('-') ? sets.dashed : 0) |
    (belongs('-_') ? sets.base64Url : 0) |
    (belongs('-_.') ? sets.jwt : 0) |
    (belongs('-_.~+/=') ? sets.bearer : 0)
  );
});

/** All sets that a character belongs to; 0 for one that is not ASCII, and outside of the text. */
export function setsWith(code: number): number {
  return code < 128 ? setsOf[code]! : 0;
}

/** Tells whether a character belongs to a set. */
export function isIn(set: number, code: number): boolean {
  return (setsWith(code) & set) !== 0;
}

/** Where the characters of a set end, at most `limit`. */
export function runEnd(text: string, start: number, limit: number, set: number): number {
  let end = start;
  while (end < limit && isIn(set, text.charCodeAt(end))) end++;
  return end;
}
