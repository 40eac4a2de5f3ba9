import { isIn, runEnd, sets } from './character-sets';
import { none, undecided } from './detector';
import { type SecretForm } from './secret-forms';

/** The longest piece of a token that is one finding; what is longer makes several that touch. */
export const tokenLengthMax = 4096;

/**
 * How early in a body that needs one a digit or capital must come. Random base64url has none so early less than
 * once in 10⁸.
 */
const markReach = 24;
/** How early in a bearer token a digit must come. */
const digitReach = 64;
const bearerBodyMin = 16;
const jwtHeaderMin = 13;
const jwtHeaderMax = 1024;
const jwtPayloadMin = 10;
const dot = 0x2e;

/**
 * Matches a secret of a form with a prefix.
 *
 * @returns its end, `none` or `undecided`
 */
export function matchForm(text: string, start: number, form: SecretForm, final: boolean): number {
  const { bodyMin, bodyMax } = form;
  const body = prefixEnd(text, start, form.prefix, final);
  if (body < 0) return body;
  if (form.needsMark === true) {
    const mark = findMark(text, body, body + markReach, final, form.body, sets.upperOrDigit);
    if (mark < 0) return mark;
  }
  const end = runEnd(
    text,
    body,
    bodyMax === undefined ? start + tokenLengthMax : body + bodyMax + 1,
    form.body,
  );
  if (bodyMax !== undefined && end - body > bodyMax) return none;
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return end - body >= bodyMin ? end : none;
}

/** Matches a bearer token where it begins, after `Bearer` and a space. */
export function matchBearer(text: string, start: number, final: boolean): number {
  const digit = findMark(text, start, start + digitReach, final, sets.bearer, sets.digit);
  if (digit < 0) return digit;
  const end = runEnd(text, start, start + tokenLengthMax, sets.bearer);
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return end - start >= bearerBodyMin ? withoutDots(text, start, end) : none;
}

/**
 * Matches a JSON Web Token (RFC 7519): a header that begins `{"` in base64url, a payload, and what follows
 * them.
 */
export function matchJwt(text: string, start: number, final: boolean): number {
  const prefix = prefixEnd(text, start, 'eyJ', final);
  if (prefix < 0) return prefix;
  const headerEnd = runEnd(text, start, start + jwtHeaderMax, sets.base64Url);
  if (headerEnd - start < jwtHeaderMax && goesOn(text, headerEnd, final)) return undecided;
  if (headerEnd - start < jwtHeaderMin || text.charCodeAt(headerEnd) !== dot) return none;
  const payload = headerEnd + 1;
  const payloadEnd = runEnd(text, payload, payload + jwtPayloadMin, sets.base64Url);
  if (payloadEnd - payload < jwtPayloadMin) return goesOn(text, payloadEnd, final) ? undecided : none;
  const end = runEnd(text, payloadEnd, start + tokenLengthMax, sets.jwt);
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return withoutDots(text, start, end);
}

/** The text ends where the run does, so more of it may come. */
function goesOn(text: string, end: number, final: boolean): boolean {
  return end === text.length && !final;
}

/** The end of a prefix; `undecided` where the text ends within it. */
function prefixEnd(text: string, start: number, prefix: string, final: boolean): number {
  for (let index = 0; index < prefix.length; index++) {
    if (text.charCodeAt(start + index) === prefix.charCodeAt(index)) continue;
    return goesOn(text, start + index, final) ? undecided : none;
  }
  return start + prefix.length;
}

/** The first mark of a body before `limit`. */
function findMark(
  text: string,
  start: number,
  limit: number,
  final: boolean,
  body: number,
  mark: number,
): number {
  for (let position = start; position < limit; position++) {
    const code = text.charCodeAt(position);
    if (isIn(mark, code)) return position;
    if (!isIn(body, code)) return goesOn(text, position, final) ? undecided : none;
  }
  return none;
}

/** Dots at the end belong to the sentence, unless the token goes on in the next piece. */
function withoutDots(text: string, start: number, end: number): number {
  if (end - start === tokenLengthMax) return end;
  let trimmed = end;
  while (text.charCodeAt(trimmed - 1) === dot) trimmed--;
  return trimmed;
}
