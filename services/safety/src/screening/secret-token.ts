import { isIn, runEnd, sets, setsWith } from './character-sets';
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

/** A stretch of the text known to have neither digits nor capitals: a look at it serves all secrets that may begin in it. */
export interface PlainStretch {
  from: number;
  until: number;
}

/**
 * Matches a secret of a form with a prefix.
 *
 * @param plain what earlier matches in the same text found plain; updated
 * @returns its end, `none` or `undecided`
 */
export function matchForm(
  text: string,
  start: number,
  form: SecretForm,
  final: boolean,
  plain: PlainStretch,
): number {
  const { bodyMin, bodyMax } = form;
  const body = prefixEnd(text, start, form.prefix, final);
  if (body < 0) return body;
  const mark = form.needsMark === true ? firstMark(text, body, plain) : body;
  if (mark === body + markReach) return none;
  const end = runEnd(
    text,
    body,
    bodyMax === undefined ? start + tokenLengthMax : body + bodyMax + 1,
    form.body,
  );
  if (bodyMax !== undefined && end - body > bodyMax) return none;
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return end > mark && end - body >= bodyMin ? end : none;
}

/** The first digit or capital of a body; how far was looked when there is none. */
function firstMark(text: string, body: number, plain: PlainStretch): number {
  const limit = Math.min(body + markReach, text.length);
  if (body < plain.from || body > plain.until) plain.from = plain.until = body;
  while (plain.until < limit && !isIn(sets.upperOrDigit, text.charCodeAt(plain.until))) plain.until++;
  return Math.min(plain.until, limit);
}

/** Matches a bearer token where it begins, after `Bearer` and a space. */
export function matchBearer(text: string, start: number, final: boolean): number {
  const digit = findDigit(text, start, final);
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

/** The first digit of a bearer token, of what comes early in it. */
function findDigit(text: string, start: number, final: boolean): number {
  for (let position = start; position < start + digitReach; position++) {
    const belongsTo = setsWith(text.charCodeAt(position));
    if ((belongsTo & sets.digit) !== 0) return position;
    if ((belongsTo & sets.bearer) === 0) return goesOn(text, position, final) ? undecided : none;
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
