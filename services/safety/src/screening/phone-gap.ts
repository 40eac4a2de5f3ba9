import { isHyphen, isSpace } from './characters';

/** How the gap after a group of digits is written. */
export const gaps = {
  /** Nothing that a number goes on after. */
  none: 0,
  /** One hyphen or slash. */
  tight: 1,
  /** One dot. */
  dot: 2,
  /** With a space or a bracket. */
  loose: 3,
} as const;

const lengthMax = 3;

/**
 * Where up to three characters end that may stand between groups: spaces, hyphens, dot, slash and brackets.
 */
export function afterGap(text: string, start: number): number {
  let end = start;
  while (end - start < lengthMax && partOf(text.charCodeAt(end)) !== 0) end++;
  return end;
}

/** The kind of a gap, of `gaps`. */
export function gapKind(text: string, start: number, end: number): number {
  let shape = 0;
  for (let position = start; position < end; position++)
    shape = shape * partBase + partOf(text.charCodeAt(position));
  return kindsByShape[shape]!;
}

/** The characters of a gap as the digits of one number, which finds its kind in a table. */
const partBase = 6;
const asciiParts = new Uint8Array(128);
for (const [index, part] of [' ', '-', '.', '(', ')'].entries()) asciiParts[part.charCodeAt(0)] = index + 1;
asciiParts['/'.charCodeAt(0)] = asciiParts['-'.charCodeAt(0)]!;
const kindsByShape = new Uint8Array(partBase ** lengthMax);
kindsByShape[shapeNumber('-')] = gaps.tight;
kindsByShape[shapeNumber('.')] = gaps.dot;
for (const shape of [' ', '(', ')', ' (', ') ', ')-', '-(', ' - ', ').', '.('])
  kindsByShape[shapeNumber(shape)] = gaps.loose;

function shapeNumber(shape: string): number {
  return [...shape].reduce((number, character) => number * partBase + partOf(character.charCodeAt(0)), 0);
}

/** 1 for a space, 2 for a hyphen or slash, 3 for a dot, 4 and 5 for brackets; 0 for what stands in no gap. */
function partOf(code: number): number {
  if (code < 128) return asciiParts[code]!;
  if (isSpace(code)) return 1;
  return isHyphen(code) ? 2 : 0;
}
