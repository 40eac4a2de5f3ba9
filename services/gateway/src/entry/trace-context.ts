/**
 * A `traceparent` that may be handed on; undefined when there is none or it is malformed.
 * Source: W3C Trace Context, section 3.2; ids of zeros and the version `ff` are invalid.
 */
export function traceparentOf(offered: string | undefined): string | undefined {
  if (offered === undefined) return undefined;
  return /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(offered)
    ? offered
    : undefined;
}
