import { createHmac, randomBytes, randomInt } from 'node:crypto';

const prefixAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const prefixLength = 8;

/** Of a secret that is not of our own making no more than this is shown. */
const foreignPrefixLength = 4;

/** Makes a secret, `weft_<prefix>_<random>`, with 256 random bits in its last part. */
export function newKeySecret(): string {
  const prefix = Array.from(
    { length: prefixLength },
    () => prefixAlphabet[randomInt(prefixAlphabet.length)],
  ).join('');
  return `weft_${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What of a secret may be shown, to recognize it by. */
export function visiblePrefix(secret: string): string {
  const ours = /^weft_[a-z0-9]{8}(?=_[A-Za-z0-9_-]{43}$)/.exec(secret);
  return ours?.[0] ?? secret.slice(0, foreignPrefixLength);
}

/** The digest under which a secret is stored: HMAC-SHA-256, so that a stolen table does not tell which guess is right. */
export function secretDigest(secret: string, storageSecret: string): Buffer {
  return createHmac('sha256', storageSecret).update(secret).digest();
}
