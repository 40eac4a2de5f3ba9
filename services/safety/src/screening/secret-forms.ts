import { isAlphanumeric } from './characters';

/** A form of secret: a prefix and a body of certain characters. */
export interface SecretForm {
  prefix: string;
  /** The fewest characters of the body, and the most where its length is fixed. */
  bodyMin: number;
  bodyMax?: number;
  isBody(code: number): boolean;
  /** Whether a digit or a capital must come early in the body, which keeps names such as `sk-learn-compatible` apart. */
  needsMark?: boolean;
}

/** Letters, digits, `-` and `_`, the alphabet of base64url. */
export function isBase64Url(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2d || code === 0x5f;
}

/** Base64url and `.`, which joins the parts of a JSON Web Token. */
export function isTokenPart(code: number): boolean {
  return isBase64Url(code) || code === 0x2e;
}

/** The characters of a bearer token. Source: RFC 6750, 2.1. */
export function isBearerBody(code: number): boolean {
  return isTokenPart(code) || code === 0x7e || code === 0x2b || code === 0x2f || code === 0x3d;
}

function isWord(code: number): boolean {
  return isAlphanumeric(code) || code === 0x5f;
}

function isAlphanumericOrHyphen(code: number): boolean {
  return isAlphanumeric(code) || code === 0x2d;
}

/** Capital letters and digits. */
export function isUpperOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

const stripe = { bodyMin: 16, isBody: isAlphanumeric };
const amazon = { bodyMin: 16, bodyMax: 16, isBody: isUpperOrDigit };
const gitHub = { bodyMin: 20, isBody: isAlphanumeric, needsMark: true };
const slack = { bodyMin: 10, isBody: isAlphanumericOrHyphen, needsMark: true };

/** What providers' secrets look like, as their documentation says. */
export const secretForms: readonly SecretForm[] = [
  { prefix: 'sk-', bodyMin: 16, isBody: isBase64Url, needsMark: true },
  { prefix: 'weft_', bodyMin: 16, isBody: isBase64Url, needsMark: true },
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'].map((prefix) => ({ prefix, ...stripe })),
  { prefix: 'whsec_', bodyMin: 20, isBody: isBearerBody },
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => ({ prefix, ...amazon })),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ({ prefix, ...gitHub })),
  { prefix: 'github_pat_', bodyMin: 20, isBody: isWord, needsMark: true },
  { prefix: 'glpat-', bodyMin: 20, isBody: isBase64Url },
  ...['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map(
    (prefix) => ({ prefix, ...slack }),
  ),
  { prefix: 'AIza', bodyMin: 35, isBody: isBase64Url },
  { prefix: 'npm_', bodyMin: 36, isBody: isAlphanumeric },
  { prefix: 'hf_', bodyMin: 30, isBody: isAlphanumeric },
];
