import { randomFillSync } from 'node:crypto';

/** Random bytes for many ids at once: asking for them is what is dear. */
const pool = Buffer.alloc(8192);
let used = pool.length;

/** So many random bytes, in lower-case hexadecimal digits. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
