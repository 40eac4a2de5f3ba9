import { invalidField } from '@weft/errors';

const hourMs = 3_600_000;
const ttlDefaultMs = hourMs;
const ttlMaxMs = 30 * 24 * hourMs;

/**
 * How long an answer is served, in milliseconds: an hour when nothing is said.
 *
 * @throws WeftError INVALID_ARGUMENT naming `ttl`, when it is not above 0 or is more than 30 days
 */
export function entryTtlMs(ttl: { seconds: number; nanos: number } | undefined): number {
  if (ttl === undefined) return ttlDefaultMs;
  const ttlMs = ttl.seconds * 1000 + ttl.nanos / 1e6;
  if (!(ttlMs > 0)) throw invalidField('ttl', 'must be more than 0 seconds');
  if (ttlMs > ttlMaxMs) throw invalidField('ttl', 'must be at most 30 days (2592000 seconds)');
  return ttlMs;
}
