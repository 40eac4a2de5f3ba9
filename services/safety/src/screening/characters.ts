/** Tells of an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Tells of an ASCII letter. */
export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 97 && lower <= 122;
}

/** Tells of an ASCII letter or digit. `NaN`, which is what `charCodeAt` says outside a text, is none. */
export function isAlphanumeric(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

/** Tells of a hexadecimal digit. */
export function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 97 && lower <= 102);
}

/**
 * Tells of the spaces that stand between groups of digits: space, no-break, figure, thin and narrow no-break
 * space.
 */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0xa0 || code === 0x2007 || code === 0x2009 || code === 0x202f;
}

/** Tells of hyphens and dashes: hyphen-minus, U+2010 to U+2013 and the minus sign. */
export function isHyphen(code: number): boolean {
  return code === 0x2d || (code >= 0x2010 && code <= 0x2013) || code === 0x2212;
}
