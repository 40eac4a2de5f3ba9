import { common } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { type GenerationEvent } from '../language-model-provider';
import { finishReasonOf, usageOf } from './answer-parts';
import { DeltaQueue } from './delta-queue';
import { type BodyControl, type BodyReceiver } from './http-exchange';
import { errorOfEvent, malformed, truncated } from './provider-errors';
import { providerReasons } from './provider-reasons';
import { type ChunkBody, readChunk } from './stream-chunk';
import { SseReader } from './sse-reader';

/** How long `started` waits for the provider's own name of the model. */
const startedDelayMs = 500;
/** How long the connection may take to become free after `[DONE]`; then it is closed. */
const tailTimeoutMs = 1_000;

/** Turns the body of a streamed chat completion into events. */
export class StreamedAnswer implements BodyReceiver {
  readonly events: DeltaQueue;
  private readonly reader: SseReader;
  private readonly startedTimer: NodeJS.Timeout;
  private tailTimer: NodeJS.Timeout | undefined;
  private isStarted = false;
  private isOver = false;
  private finishReason: unknown;
  private usage: common.Usage | undefined;

  constructor(
    private readonly control: BodyControl,
    private readonly requestedModel: string,
    private readonly logger: Logger,
  ) {
    this.events = new DeltaQueue({
      pause: () => control.pause(),
      resume: () => control.resume(),
      abort: () => this.stop(),
    });
    this.reader = new SseReader({
      event: (data) => this.event(data),
      unfinished: (data) => this.unfinished(data),
      tooLong: () => this.breakOff(malformed('an event is longer than 1 MiB')),
    });
    this.startedTimer = setTimeout(() => this.start(requestedModel), startedDelayMs);
  }

  data(chunk: Buffer): void {
    if (!this.isOver) this.reader.feed(chunk);
  }

  end(): void {
    clearTimeout(this.tailTimer);
    if (!this.isOver) this.reader.end();
    if (this.isOver) return;
    if (this.finishReason === undefined) this.fail(truncated());
    else this.complete();
  }

  fail(error: WeftError): void {
    clearTimeout(this.tailTimer);
    if (this.isOver) return;
    // The answer itself is whole; only what may follow it, its usage, did not come.
    if (error.reason === providerReasons.stalled && this.finishReason !== undefined) {
      this.complete();
      return;
    }
    this.start(this.requestedModel);
    this.isOver = true;
    this.events.end(error);
  }

  private event(data: string): void {
    if (this.isOver) return;
    if (data === '[DONE]') {
      this.complete();
      // The connection is free for the next call when the body ends, which is now for all but broken servers.
      this.tailTimer = setTimeout(() => this.control.abort(), tailTimeoutMs);
      return;
    }
    const chunk = readChunk(data);
    if (chunk === undefined) this.breakOff(malformed('an event is not a chunk of JSON'));
    else this.take(chunk);
  }

  private unfinished(data: string): void {
    if (this.isOver) return;
    const chunk = data === '[DONE]' ? undefined : readChunk(data);
    if (data === '[DONE]') this.complete();
    else if (chunk === undefined) this.fail(truncated());
    else this.take(chunk);
  }

  private take(chunk: ChunkBody): void {
    if (chunk.error !== undefined && chunk.error !== null) {
      this.breakOff(errorOfEvent(chunk.error));
      return;
    }
    this.start(typeof chunk.model === 'string' && chunk.model !== '' ? chunk.model : this.requestedModel);
    this.usage = usageOf(chunk.usage) ?? this.usage;
    for (const event of chunk.events) this.events.push(event);
    if (chunk.finishReason !== undefined) this.finishReason = chunk.finishReason;
    if (chunk.hasContent) this.control.touch();
  }

  private start(providerModel: string): void {
    if (this.isStarted) return;
    this.isStarted = true;
    clearTimeout(this.startedTimer);
    this.events.push({ kind: 'started', providerModel });
  }

  private complete(): void {
    this.start(this.requestedModel);
    const known = finishReasonOf(this.finishReason);
    if (known === undefined) {
      this.logger.warn({ finishReason: String(this.finishReason) }, 'unknown finish reason taken for stop');
    }
    const event: GenerationEvent = {
      kind: 'completed',
      finishReason: known ?? common.FinishReason.STOP,
      usage: this.usage,
    };
    this.isOver = true;
    this.events.push(event);
    this.events.end();
  }

  private breakOff(error: WeftError): void {
    this.fail(error);
    this.control.abort();
  }

  private stop(): void {
    this.isOver = true;
    clearTimeout(this.startedTimer);
    clearTimeout(this.tailTimer);
    this.control.abort();
  }
}
