import { type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** How a request ended: answered to the end, cut by its script, or left by the client before the end. */
export type Outcome = 'pending' | 'finished' | 'cut' | 'hung-up';

/** The provider's own count of what a request took, whatever it reported to the client. */
export interface CountedUsage {
  promptTokens: number;
  /** Tokens handed to the connection so far, pieces of tool calls included. */
  completionTokens: number;
}

/** One request as the provider saw it. Times are Unix milliseconds with fractions; a time not reached is undefined. */
export class RecordedRequest {
  readonly receivedAt = performance.timeOrigin + performance.now();
  /** The parsed JSON body; undefined when there was none. */
  body: unknown;
  outcome: Outcome = 'pending';
  status: number | undefined;
  headersSentAt: number | undefined;
  firstTokenAt: number | undefined;
  lastTokenAt: number | undefined;
  endedAt: number | undefined;
  /** When the client closed the connection before the answer's end. */
  hungUpAt: number | undefined;
  /** Bytes of body handed to the connection. */
  bytesWritten = 0;
  /** Whether the answer waits now for the client to read. */
  paused = false;
  /** How often it has waited for the client to read. */
  pauses = 0;
  usage: CountedUsage = { promptTokens: 0, completionTokens: 0 };

  constructor(
    /** From 1, in the order of arrival. */
    readonly number: number,
    readonly method: string,
    readonly path: string,
    /** As received; `authorization` is replaced by `sha256:<first 16 hex digits of the header's digest>`. */
    readonly headers: IncomingHttpHeaders,
    private readonly response: ServerResponse,
  ) {}

  /** Tokens sent so far. */
  get tokensSent(): number {
    return this.usage.completionTokens;
  }

  /** Bytes of body that have left the process's buffers for the kernel's. */
  get bytesDrained(): number {
    return Math.max(0, this.bytesWritten - this.response.writableLength);
  }

  toJSON(): Record<string, unknown> {
    const { response: _, ...fields } = this;
    return { ...fields, tokensSent: this.tokensSent, bytesDrained: this.bytesDrained };
  }
}

/** The current time in Unix milliseconds, with fractions. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
