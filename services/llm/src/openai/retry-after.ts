/** The longest wait that is believed: a day. */
const delayMsMax = 86_400_000;

/**
 * Reads a `Retry-After` header: seconds or an HTTP date. Source: RFC 9110, section 10.2.3.
 *
 * @param now Unix milliseconds
 * @returns milliseconds from now; undefined when there is no header or it says nothing
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const delayMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(delayMs)) return undefined;
  return Math.min(Math.max(delayMs, 0), delayMsMax);
}
