import { type Exchange } from './exchange';
import { type Framing } from './script';

const lineEndings = { lf: '\n', crlf: '\r\n', cr: '\r' } as const;

/** Writes server-sent events in the layout a script asks for. */
export class SseWriter {
  private readonly eventEnd: string;
  private readonly chunkBytes: number | undefined;
  private readonly holdsLastNewline: boolean;
  private heldBack = '';

  constructor(
    private readonly exchange: Exchange,
    framing: Framing = {},
  ) {
    this.eventEnd = lineEndings[framing.lineEnding ?? 'lf'].repeat(2);
    this.chunkBytes = framing.chunkBytes;
    this.holdsLastNewline = framing.lastNewline === false;
  }

  /** Writes one event of one line. A promise is returned when the client must read before more is written. */
  event(data: string): Promise<void> | undefined {
    const line = `${this.heldBack}data: ${data}`;
    if (!this.holdsLastNewline) return this.put(line + this.eventEnd);
    this.heldBack = this.eventEnd;
    return this.put(line);
  }

  private put(text: string): Promise<void> | undefined {
    return this.chunkBytes === undefined
      ? this.exchange.write(text)
      : this.putChunks(Buffer.from(text), this.chunkBytes);
  }

  private async putChunks(bytes: Buffer, chunkBytes: number): Promise<void> {
    for (let start = 0; start < bytes.length && !this.exchange.isOver; start += chunkBytes) {
      await this.exchange.write(bytes.subarray(start, start + chunkBytes));
    }
  }
}
