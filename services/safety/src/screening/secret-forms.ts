import { sets } from './character-sets';

/** A form of secret: a prefix and a body of certain characters. */
export interface SecretForm {
  prefix: string;
  /** The characters of the body, one of `sets`. */
  body: number;
  /** The fewest characters of the body, and the most where its length is fixed. */
  bodyMin: number;
  bodyMax?: number;
  /** Whether a digit or a capital must come early in the body, which keeps names such as `sk-learn-compatible` apart. */
  needsMark?: boolean;
}

const { alphanumeric, base64Url, bearer, dashed, upperOrDigit, word } = sets;

/** What providers' secrets look like, as their documentation says. */
export const secretForms: readonly SecretForm[] = [
  { prefix: 'sk-', body: base64Url, bodyMin: 16, needsMark: true },
  { prefix: 'weft_', body: base64Url, bodyMin: 16, needsMark: true },
  ...forms(['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], { body: alphanumeric, bodyMin: 16 }),
  { prefix: 'whsec_', body: bearer, bodyMin: 20 },
  ...forms(['AKIA', 'ASIA', 'ABIA', 'ACCA'], { body: upperOrDigit, bodyMin: 16, bodyMax: 16 }),
  ...forms(['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], { body: alphanumeric, bodyMin: 20, needsMark: true }),
  { prefix: 'github_pat_', body: word, bodyMin: 20, needsMark: true },
  { prefix: 'glpat-', body: base64Url, bodyMin: 20 },
  ...forms(['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'], {
    body: dashed,
    bodyMin: 10,
    needsMark: true,
  }),
  { prefix: 'AIza', body: base64Url, bodyMin: 35 },
  { prefix: 'npm_', body: alphanumeric, bodyMin: 36 },
  { prefix: 'hf_', body: alphanumeric, bodyMin: 30 },
];

function forms(prefixes: string[], form: Omit<SecretForm, 'prefix'>): SecretForm[] {
  return prefixes.map((prefix) => ({ prefix, ...form }));
}
