import { safety } from '@weft/contracts';
import { isAlphanumeric } from './characters';
import { type Detector, type Found, none, undecided } from './detector';
import { matchPrivateKey, privateKeyBodyEnd, privateKeyBodyMax } from './private-key-block';
import { isBase64Url, isBearerBody, type SecretForm, secretForms } from './secret-forms';
import { matchBearer, matchForm, matchJwt, runEnd, tokenLengthMax } from './secret-token';

const space = 0x20;
const hyphen = 0x2d;
const letterE = 0x65;

/** The forms by the first character of their prefix. */
const formsByFirst: (SecretForm[] | undefined)[] = Array.from({ length: 128 });
for (const form of secretForms) (formsByFirst[form.prefix.charCodeAt(0)] ??= []).push(form);

/** 1 for the characters that a form begins with; those that JSON Web Tokens and private keys begin with are among them. */
const beginsForm = Uint8Array.from(formsByFirst, (forms, code) =>
  forms !== undefined || code === hyphen || code === letterE ? 1 : 0,
);

/** Reads on in a secret that is longer than one finding: the end of its next piece. */
interface Continuation {
  lengthMax: number;
  pieceEnd(text: string, start: number, limit: number): number;
}

const privateKeyContinuation: Continuation = { lengthMax: privateKeyBodyMax, pieceEnd: privateKeyBodyEnd };
const tokenContinuation: Continuation = {
  lengthMax: tokenLengthMax,
  pieceEnd: (text, start, limit) => runEnd(text, start, limit, isBearerBody),
};

/**
 * Finds secrets: keys of providers by their prefixes, JSON Web Tokens, bearer tokens and private keys in PEM. A secret longer than one
 * finding may be (4,096 characters, a private key 8,192) makes several findings that touch, so that none of it is left and what is held back
 * of a stream stays bounded.
 */
export function createSecretDetector(): Detector {
  let continuation: Continuation | undefined;
  return {
    kind: safety.EntityKind.SECRET,
    advance(text: string, from: number, final: boolean, found: Found): number {
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
        const end = mayBegin(text, position) ? match(text, position, final) : none;
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

/** Within a word nothing begins, after a space and `Bearer` anything, else the first character of a form does. */
function mayBegin(text: string, start: number): boolean {
  const code = text.charCodeAt(start);
  const before = text.charCodeAt(start - 1);
  if (isAlphanumeric(before)) return code === hyphen;
  return (code < 128 && beginsForm[code] === 1) || (before === space && followsBearer(text, start));
}

/** The end of the longest secret that begins here. */
function match(text: string, start: number, final: boolean): number {
  const code = text.charCodeAt(start);
  let longest = code === hyphen ? matchPrivateKey(text, start, final) : none;
  if (longest === undecided) return undecided;
  for (const form of formsByFirst[code] ?? []) {
    const end = isAlphanumeric(text.charCodeAt(start - 1)) ? none : matchForm(text, start, form, final);
    if (end === undecided) return undecided;
    longest = Math.max(longest, end);
  }
  if (code === letterE && !isBase64Url(text.charCodeAt(start - 1))) {
    const end = matchJwt(text, start, final);
    if (end === undecided) return undecided;
    longest = Math.max(longest, end);
  }
  if (!followsBearer(text, start)) return longest;
  const end = matchBearer(text, start, final);
  return end === undecided ? undecided : Math.max(longest, end);
}

function followsBearer(text: string, start: number): boolean {
  const word = start - 7;
  if (word < 0 || (text.charCodeAt(start - 2) | 0x20) !== 0x72 || isAlphanumeric(text.charCodeAt(word - 1)))
    return false;
  return text.charCodeAt(start - 1) === space && text.slice(word, start - 1).toLowerCase() === 'bearer';
}

/** What is cut at its greatest length goes on; a private key goes on where its last line has not come. */
function continuationOf(text: string, start: number, end: number): Continuation | undefined {
  if (text.charCodeAt(start) === hyphen)
    return text.charCodeAt(end - 1) === hyphen ? undefined : privateKeyContinuation;
  return end - start === tokenLengthMax ? tokenContinuation : undefined;
}
