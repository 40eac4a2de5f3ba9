import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';

/** Longer events are not read. */
const eventLengthMax = 1024 * 1024;

/** What becomes of the bytes of an SSE body. */
export interface SseEvents {
  /** The data of an event. */
  event(data: string): void;
  /** The body ended within an event that has no end; what there is of its data may be whole or not. */
  unfinished(data: string): void;
  /** An event is longer than 1 MiB. */
  tooLong(): void;
}

/** Reads server-sent events from bytes cut anywhere. */
export class SseReader {
  private readonly decoder = new StringDecoder('utf8');
  private readonly parser: ReturnType<typeof createParser>;
  private isEnding = false;
  private isTooLong = false;

  constructor(events: SseEvents) {
    this.parser = createParser({
      maxBufferSize: eventLengthMax,
      onEvent: ({ data }) => (this.isEnding ? events.unfinished(data) : events.event(data)),
      onError: ({ type }) => {
        if (type !== 'max-buffer-size-exceeded') return;
        this.isTooLong = true;
        events.tooLong();
      },
    });
  }

  feed(chunk: Buffer): void {
    if (!this.isTooLong) this.parser.feed(this.decoder.write(chunk));
  }

  /** Says that the body is over. An event whose last lines lack their line endings comes out now. */
  end(): void {
    if (this.isTooLong) return;
    this.parser.feed(this.decoder.end());
    this.isEnding = true;
    this.parser.feed('\n\n');
  }
}
