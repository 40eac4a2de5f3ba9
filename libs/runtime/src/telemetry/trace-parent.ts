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

/** Whether a well-formed `traceparent` says that its trace is recorded. */
export function isSampled(traceparent: string): boolean {
  return (traceparent.charCodeAt(54) & 1) === 1;
}
