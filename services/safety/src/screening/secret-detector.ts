import { safety } from '@weft/contracts';
import { isIn, runEnd, sets } from './character-sets';
import { isAlphanumeric } from './characters';
import { type Detector, type Found, none, undecided } from './detector';
import { isPrivateKey, matchPrivateKey, privateKeyBodyEnd, privateKeyBodyMax } from './private-key-block';
import { type SecretForm, secretForms } from './secret-forms';
import { matchBearer, matchForm, matchJwt, type PlainStretch, tokenLengthMax } from './secret-token';

const space = 0x20;
const hyphen = 0x2d;
const letterE = 0x65;

/** The forms by the first character of their prefix. */
const formsByFirst: SecretForm[][] = Array.from({ length: 128 }, (_, code) =>
  secretForms.filter(({ prefix }) => prefix.charCodeAt(0) === code),
);

/** What is known of an ASCII character: whether it belongs to a word, and whether a form begins with it. */
const isWord = 1;
const beginsForm = 2;
const traitsOf = Uint8Array.from(formsByFirst, (forms, code) => {
  const begins = forms.length > 0 || code === hyphen || code === letterE;
  return (isAlphanumeric(code) ? isWord : 0) | (begins ? beginsForm : 0);
});

/** Reads on in a secret that is longer than one finding: the end of its next piece. */
interface Continuation {
  lengthMax: number;
  pieceEnd(text: string, start: number, limit: number): number;
}

const privateKeyContinuation: Continuation = { lengthMax: privateKeyBodyMax, pieceEnd: privateKeyBodyEnd };
const tokenContinuation: Continuation = {
  lengthMax: tokenLengthMax,
  pieceEnd: (text, start, limit) => runEnd(text, start, limit, sets.bearer),
};

/**
 * Finds secrets: keys of providers by their prefixes, JSON Web Tokens, bearer tokens and private keys in PEM.
 * A secret longer than one finding may be (4,096 characters, a private key 8,192) makes several findings that
 * touch, so that none of it is left and what is held back of a stream stays bounded.
 */
export function createSecretDetector(): Detector {
  let continuation: Continuation | undefined;
  return {
    kind: safety.EntityKind.SECRET,
    advance(text: string, from: number, final: boolean, found: Found): number {
      const plain: PlainStretch = { from, until: from };
      let position = from;
      while (position < text.length) {
        if (continuation !== undefined) {
          const end = continuation.pieceEnd(text, position, position + continuation.lengthMax);
          const whole = end - position === continuation.lengthMax;
          if (!whole && end === text.length && !final) return position;
          if (end > position) found(position, end);
          if (!whole) continuation = undefined;
          position = end;
          continue;
        }
        position = nextBeginning(text, position);
        if (position === text.length) break;
        const end = match(text, position, final, plain);
        if (end === undecided) return position;
        if (end === none) {
          position++;
        } else {
          found(position, end);
          continuation = continuationOf(text, position, end);
          position = end;
        }
      }
      return text.length;
    },
  };
}

/**
 * Where the next secret may begin: at a hyphen, and outside of words at the first character of a form and after
 * `Bearer`. The length of the text when nowhere. Most characters get no further than this loop.
 */
function nextBeginning(text: string, from: number): number {
  let within = from > 0 && isAlphanumeric(text.charCodeAt(from - 1));
  for (let position = from; position < text.length; position++) {
    const code = text.charCodeAt(position);
    const traits = code < 128 ? traitsOf[code]! : 0;
    if (within ? code === hyphen : (traits & beginsForm) !== 0 || followsBearer(text, position))
      return position;
    within = (traits & isWord) !== 0;
  }
  return text.length;
}

/** The end of the longest secret that begins here. */
function match(text: string, start: number, final: boolean, plain: PlainStretch): number {
  const code = text.charCodeAt(start);
  const before = text.charCodeAt(start - 1);
  let longest = code === hyphen ? matchPrivateKey(text, start, final) : none;
  if (code < 128 && !isAlphanumeric(before)) {
    longest = orLonger(longest, longestForm(text, start, formsByFirst[code]!, final, plain));
  }
  if (code === letterE && !isIn(sets.base64Url, before)) {
    longest = orLonger(longest, matchJwt(text, start, final));
  }
  return followsBearer(text, start) ? orLonger(longest, matchBearer(text, start, final)) : longest;
}

function longestForm(
  text: string,
  start: number,
  forms: readonly SecretForm[],
  final: boolean,
  plain: PlainStretch,
): number {
  const second = start + 1 < text.length ? text.charCodeAt(start + 1) : undefined;
  let longest: number = none;
  for (let index = 0; index < forms.length; index++) {
    const form = forms[index]!;
    if (second !== undefined && second !== form.prefix.charCodeAt(1)) continue;
    longest = orLonger(longest, matchForm(text, start, form, final, plain));
  }
  return longest;
}

/** The later of two ends; undecided when one is. */
function orLonger(end: number, other: number): number {
  return end === undecided || other === undecided ? undecided : Math.max(end, other);
}

function followsBearer(text: string, start: number): boolean {
  if (text.charCodeAt(start - 1) !== space || (text.charCodeAt(start - 2) | 0x20) !== 0x72) return false;
  const word = start - 'bearer '.length;
  if (word < 0 || isAlphanumeric(text.charCodeAt(word - 1))) return false;
  return text.slice(word, start - 1).toLowerCase() === 'bearer';
}

/** What is cut at its greatest length goes on; a private key goes on where its last line has not come. */
function continuationOf(text: string, start: number, end: number): Continuation | undefined {
  if (isPrivateKey(text, start))
    return text.charCodeAt(end - 1) === hyphen ? undefined : privateKeyContinuation;
  return end - start === tokenLengthMax ? tokenContinuation : undefined;
}
