import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** So much text goes out at once, without waiting for more. */
const flushLength = 16 * 1024;

/**
 * Writes server-sent events. The first frame goes out at once; frames that come within one turn of the event loop go out together.
 * A reader that is slower than the source makes `send` return a promise: wait for it before sending more.
 */
export class SseWriter {
  private pending = '';
  private scheduled = false;
  private blocked: Promise<void> | undefined;
  private begun = false;
  private sentAny = false;

  constructor(private readonly response: ServerResponse) {}

  /** Whether the head, and with it the status, is decided. */
  get opened(): boolean {
    return this.begun;
  }

  open(headers: OutgoingHttpHeaders): void {
    this.begun = true;
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
  }

  /** Hands a frame over. A promise means: wait until the reader has caught up, or is gone. */
  send(frame: string): Promise<void> | undefined {
    this.pending += frame;
    if (this.blocked !== undefined) return this.blocked;
    if (!this.sentAny) return this.flush();
    // A source that never waits would keep the event loop to itself: between two full buffers the others have a turn.
    if (this.pending.length >= flushLength) return this.flush() ?? nextTurn();
    this.scheduleFlush();
    return undefined;
  }

  /** Sends the last frame and ends the response. */
  end(frame: string): void {
    if (this.response.destroyed) return;
    this.response.end(this.pending + frame);
    this.pending = '';
  }

  private scheduleFlush(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.blocked === undefined) void this.flush();
    });
  }

  private flush(): Promise<void> | undefined {
    if (this.pending === '' || this.response.destroyed || this.response.writableEnded) return undefined;
    this.sentAny = true;
    const text = this.pending;
    this.pending = '';
    if (this.response.write(text)) return undefined;
    this.blocked = this.caughtUp().then(() => {
      this.blocked = undefined;
      return this.flush();
    });
    return this.blocked;
  }

  /** Resolves when the reader has caught up, and when it is gone. */
  private caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        this.response.off('drain', settle);
        this.response.off('close', settle);
        resolve();
      };
      this.response.on('drain', settle);
      this.response.on('close', settle);
    });
  }
}
