import { type safety } from '@weft/contracts';

/** Is told of a finding: where it begins and where it ends, exclusive. */
export type Found = (start: number, end: number) => void;

/**
 * Finds one kind in a text that may still grow. A detector serves one text; most keep nothing between calls.
 *
 * The whole text is judged by one call with `final`; a text that comes in pieces by a call after each piece.
 * Both find the same, because a detector decides only what no continuation can change: what it leaves
 * undecided begins at or after the position it returns.
 */
export interface Detector {
  readonly kind: safety.EntityKind;
  /**
   * Looks at `text` from `from` on and reports what it finds, in order and without overlaps.
   * It may look at up to `lookBehindMax` characters before `from`.
   *
   * @param from what an earlier call for the same text returned, 0 at first
   * @param final whether the text ends here
   * @returns where the next call goes on: everything that begins before is decided
   */
  advance(text: string, from: number, final: boolean, found: Found): number;
}

/**
 * How many characters before a position a detector may look at. A screener keeps that many of what it
 * released.
 */
export const lookBehindMax = 48;

/** A matcher's answer: nothing begins here, however the text goes on. */
export const none = -1;

/** A matcher's answer: the text ended before it could be told. */
export const undecided = -2;
