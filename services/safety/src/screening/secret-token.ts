import { isDigit } from './characters';
import { none, undecided } from './detector';
import { isBase64Url, isBearerBody, isTokenPart, isUpperOrDigit, type SecretForm } from './secret-forms';

/** The longest piece of a token that is one finding; what is longer makes several that touch. */
export const tokenLengthMax = 4096;

/** How early in a body that needs one a digit or capital must come; random text of 64 signs has none so early once in 10¹⁰. */
const markReach = 32;
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
  const { prefix, bodyMin, bodyMax, isBody, needsMark } = form;
  if (!text.startsWith(prefix, start)) return beginsAtEnd(text, start, prefix, final);
  const body = start + prefix.length;
  if (needsMark === true) {
    const mark = findMark(text, body, body + markReach, final, isBody, isUpperOrDigit);
    if (mark < 0) return mark;
  }
  const end = runEnd(text, body, bodyMax === undefined ? start + tokenLengthMax : body + bodyMax + 1, isBody);
  if (bodyMax !== undefined && end - body > bodyMax) return none;
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return end - body >= bodyMin ? end : none;
}

/** Matches a bearer token where it begins, after `Bearer` and a space. */
export function matchBearer(text: string, start: number, final: boolean): number {
  const digit = findMark(text, start, start + digitReach, final, isBearerBody, isDigit);
  if (digit < 0) return digit;
  const end = runEnd(text, start, start + tokenLengthMax, isBearerBody);
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return end - start >= bearerBodyMin ? withoutDots(text, start, end) : none;
}

/** Matches a JSON Web Token (RFC 7519): a header that begins `{"` in base64url, a payload, and what follows them. */
export function matchJwt(text: string, start: number, final: boolean): number {
  if (!text.startsWith('eyJ', start)) return beginsAtEnd(text, start, 'eyJ', final);
  const headerEnd = runEnd(text, start, start + jwtHeaderMax, isBase64Url);
  if (headerEnd - start < jwtHeaderMax && goesOn(text, headerEnd, final)) return undecided;
  if (headerEnd - start < jwtHeaderMin || text.charCodeAt(headerEnd) !== dot) return none;
  const payload = headerEnd + 1;
  const payloadEnd = runEnd(text, payload, payload + jwtPayloadMin, isBase64Url);
  if (payloadEnd - payload < jwtPayloadMin) return goesOn(text, payloadEnd, final) ? undecided : none;
  const end = runEnd(text, payloadEnd, start + tokenLengthMax, isTokenPart);
  if (end - start < tokenLengthMax && goesOn(text, end, final)) return undecided;
  return withoutDots(text, start, end);
}

/** Where the characters of a run end, at most `limit`. */
export function runEnd(
  text: string,
  start: number,
  limit: number,
  isBody: (code: number) => boolean,
): number {
  let end = start;
  while (end < limit && isBody(text.charCodeAt(end))) end++;
  return end;
}

/** The text ends where the run does, so more of it may come. */
function goesOn(text: string, end: number, final: boolean): boolean {
  return end === text.length && !final;
}

function beginsAtEnd(text: string, start: number, prefix: string, final: boolean): number {
  const rest = text.length - start;
  return !final && rest < prefix.length && text.startsWith(prefix.slice(0, rest), start) ? undecided : none;
}

/** The first mark of a body before `limit`. */
function findMark(
  text: string,
  start: number,
  limit: number,
  final: boolean,
  isBody: (code: number) => boolean,
  isMark: (code: number) => boolean,
): number {
  for (let position = start; position < limit; position++) {
    const code = text.charCodeAt(position);
    if (isMark(code)) return position;
    if (!isBody(code)) return goesOn(text, position, final) ? undecided : none;
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
