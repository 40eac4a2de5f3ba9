import { randomHex } from './random-hex';

/** Where a trace goes on: which trace, under which span, and whether it is recorded. */
export interface TraceParent {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** Source: W3C Trace Context, section 3.2; ids of zeros and the version `ff` are invalid. */
const pattern = /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent`; undefined when there is none or it is malformed. */
export function parseTraceparent(text: string | undefined): TraceParent | undefined {
  const match = text === undefined ? null : pattern.exec(text);
  if (match === null) return undefined;
  return { traceId: match[1]!, spanId: match[2]!, sampled: (parseInt(match[3]!, 16) & 1) === 1 };
}

/** The form in which a trace travels. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** Begins a trace that nobody records: its ids are for log lines alone. */
export function unrecordedTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-00`;
}

/** Whether a well-formed `traceparent` says that its trace is recorded. */
export function isSampled(traceparent: string): boolean {
  // The last bit of the last digit, without a parse for each hop of each call: of `0` to `9` that of its code, of `a` to `f` the other.
  const code = traceparent.charCodeAt(54);
  return ((code < 0x61 ? code : code + 1) & 1) === 1;
}

/** A `traceparent` whose trace is recorded; undefined for others, which need go no further than to who answers at once. */
export function recordedTraceparent(traceparent: string | undefined): string | undefined {
  return traceparent !== undefined && isSampled(traceparent) ? traceparent : undefined;
}
