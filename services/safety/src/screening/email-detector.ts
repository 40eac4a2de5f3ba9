import { safety } from '@weft/contracts';
import { isAlphanumeric, isLetter } from './characters';
import { type Detector, type Found, none, undecided } from './detector';

const dot = 0x2e;
const hyphen = 0x2d;
const underscore = 0x5f;

/** The longest local part, label and domain. Source: RFC 5321, 4.5.3.1, and RFC 1035, 2.3.4. */
const localLengthMax = 64;
const labelLengthMax = 63;
const domainLengthMax = 253;

/**
 * Finds e-mail addresses: up to 64 characters of a local part, `@`, and a domain of at least two labels whose
 * last begins with two letters. Letters of the Latin, Greek and Cyrillic scripts count on both sides; quoted
 * local parts and address literals do not.
 */
export function createEmailDetector(): Detector {
  return { kind: safety.EntityKind.EMAIL, advance };
}

function advance(text: string, from: number, final: boolean, found: Found): number {
  let position = from;
  let separator = text.indexOf('@', from);
  while (separator !== -1) {
    const start = localStart(text, separator, position);
    const end = start === separator ? none : domainEnd(text, separator + 1, final);
    if (end === undecided) return start;
    if (end === none) {
      position = separator + 1;
    } else {
      found(start, end);
      position = end;
    }
    separator = text.indexOf('@', position);
  }
  return final ? text.length : localStart(text, text.length, position);
}

/** Where the local part before `end` begins, not before `from`; `end` when there is none. */
function localStart(text: string, end: number, from: number): number {
  const earliest = Math.max(from, end - localLengthMax);
  let run = end;
  while (run > earliest && isLocal(text.charCodeAt(run - 1))) run--;
  while (run < end && !isLocalStart(text.charCodeAt(run))) run++;
  return run;
}

/**
 * The end of the longest domain that begins at `from`; a last label that is too long is cut where it may end
 * at most.
 */
function domainEnd(text: string, from: number, final: boolean): number {
  let best = none;
  let labelStart = from;
  for (let labels = 1; ; labels++) {
    const limit = Math.min(labelStart + labelLengthMax, from + domainLengthMax);
    let labelEnd = labelStart;
    while (labelEnd < limit && isLabel(text.charCodeAt(labelEnd))) labelEnd++;
    if (labelEnd === text.length && labelEnd < limit && !final) return undecided;
    if (labelEnd === labelStart) return best;
    if (labels > 1 && isTopLevel(text, labelStart)) best = withoutHyphens(text, labelEnd);
    if (text.charCodeAt(labelEnd) !== dot) return labelEnd === text.length && !final ? undecided : best;
    labelStart = labelEnd + 1;
  }
}

function isTopLevel(text: string, start: number): boolean {
  return isEmailLetter(text.charCodeAt(start)) && isEmailLetter(text.charCodeAt(start + 1));
}

function withoutHyphens(text: string, end: number): number {
  let trimmed = end;
  while (text.charCodeAt(trimmed - 1) === hyphen) trimmed--;
  return trimmed;
}

function isEmailLetter(code: number): boolean {
  return (
    isLetter(code) ||
    (code >= 0xc0 && code <= 0x24f && code !== 0xd7 && code !== 0xf7) ||
    (code >= 0x370 && code <= 0x52f)
  );
}

function isLabel(code: number): boolean {
  return code === hyphen || isAlphanumeric(code) || isEmailLetter(code);
}

function isLocalStart(code: number): boolean {
  return code === underscore || isAlphanumeric(code) || isEmailLetter(code);
}

/**
 * Letters, digits and `. _ - % + '`. What else RFC 5322 allows stands around addresses in text far more often
 * than in them.
 */
function isLocal(code: number): boolean {
  return (
    isLocalStart(code) || code === dot || code === hyphen || code === 0x25 || code === 0x2b || code === 0x27
  );
}
