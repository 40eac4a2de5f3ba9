import { createHash } from 'node:crypto';

/** SHA-256 of a text, in hexadecimal. */
export function textDigest(text: string): string {
  // UTF-16 keeps lone surrogates apart; UTF-8 would replace them all by one character.
  return createHash('sha256').update(text, 'utf16le').digest('hex');
}
