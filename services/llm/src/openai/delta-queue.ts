import { type GenerationEvent } from '../language-model-provider';

/** Undelivered text at which the provider is paused, and at which it goes on, in UTF-16 code units. */
const pauseLength = 64 * 1024;
const resumeLength = 16 * 1024;

/** What the queue asks of the side that fills it. */
export interface DeltaSource {
  /** More than 64 Ki code units wait for the reader. Called within a push. */
  pause(): void;
  resume(): void;
  /** The reader wants no more. */
  abort(): void;
}

type Ending = { error: Error | undefined };

/**
 * Carries the events of one answer from the provider's socket to one reader. What arrives while the reader is busy is joined: the
 * reader takes all text that waits as one delta. Nothing waits for a timer, and no delta ends within a surrogate pair.
 */
export class DeltaQueue implements AsyncIterableIterator<GenerationEvent, undefined> {
  private waiting: GenerationEvent[] = [];
  private length = 0;
  private isPaused = false;
  private ending: Ending | undefined;
  private reader:
    | { resolve(result: IteratorResult<GenerationEvent, undefined>): void; reject(error: Error): void }
    | undefined;

  constructor(private readonly source: DeltaSource) {}

  push(event: GenerationEvent): void {
    if (this.ending) return;
    const last = this.waiting.at(-1);
    if (event.kind === 'text') this.length += event.text.length;
    else if (event.kind === 'tool-call') this.length += event.argumentsJson.length;
    if (!last || !joined(last, event)) this.waiting.push(event);
    this.serve();
    if (this.length > pauseLength && !this.isPaused) {
      this.isPaused = true;
      this.source.pause();
    }
  }

  /** No more events come. With an error, the reader receives it after what waits. */
  end(error?: Error): void {
    if (this.ending) return;
    this.ending = { error };
    this.serve();
  }

  next(): Promise<IteratorResult<GenerationEvent, undefined>> {
    const event = this.take();
    if (event) return Promise.resolve({ done: false, value: event });
    if (this.ending) return this.finished(this.ending);
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<GenerationEvent, undefined>> {
    if (!this.ending || this.waiting.length > 0) this.source.abort();
    this.waiting = [];
    this.ending = { error: undefined };
    this.reader?.resolve({ done: true, value: undefined });
    this.reader = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private serve(): void {
    const { reader } = this;
    if (!reader) return;
    const event = this.take();
    if (!event && !this.ending) return;
    this.reader = undefined;
    if (event) reader.resolve({ done: false, value: event });
    else this.finished(this.ending!).then(reader.resolve, reader.reject);
  }

  private finished({ error }: Ending): Promise<IteratorResult<GenerationEvent, undefined>> {
    this.ending = { error: undefined };
    return error ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
  }

  /** Takes the first event that waits, but keeps the first half of a surrogate pair whose second half may still come. */
  private take(): GenerationEvent | undefined {
    const first = this.waiting[0];
    if (!first) return undefined;
    const mayGrow = this.waiting.length === 1 && !this.ending;
    const cut = mayGrow ? cutBeforeHalfPair(first) : undefined;
    if (cut) {
      this.waiting[0] = cut.rest;
      return cut.whole && this.taken(cut.whole);
    }
    this.waiting.shift();
    return this.taken(first);
  }

  private taken(event: GenerationEvent): GenerationEvent {
    if (event.kind === 'text') {
      this.length -= event.text.length;
      event.text = event.text.toWellFormed();
    } else if (event.kind === 'tool-call') {
      this.length -= event.argumentsJson.length;
      event.argumentsJson = event.argumentsJson.toWellFormed();
    }
    if (this.isPaused && this.length <= resumeLength) {
      this.isPaused = false;
      this.source.resume();
    }
    return event;
  }
}

/** Adds an event to the one before it where they are of one piece. */
function joined(last: GenerationEvent, event: GenerationEvent): boolean {
  if (last.kind === 'text' && event.kind === 'text') {
    last.text += event.text;
    return true;
  }
  if (
    last.kind === 'tool-call' &&
    event.kind === 'tool-call' &&
    last.index === event.index &&
    event.id === ''
  ) {
    last.argumentsJson += event.argumentsJson;
    return true;
  }
  return false;
}

function cutBeforeHalfPair(
  event: GenerationEvent,
): { whole?: GenerationEvent; rest: GenerationEvent } | undefined {
  if (event.kind === 'text' && endsInHalfPair(event.text)) {
    const end = event.text.length - 1;
    const rest: GenerationEvent = { kind: 'text', text: event.text.slice(end) };
    return end === 0 ? { rest } : { whole: { kind: 'text', text: event.text.slice(0, end) }, rest };
  }
  if (event.kind === 'tool-call' && endsInHalfPair(event.argumentsJson)) {
    const end = event.argumentsJson.length - 1;
    const rest: GenerationEvent = {
      ...event,
      id: '',
      name: '',
      argumentsJson: event.argumentsJson.slice(end),
    };
    const isEmpty = end === 0 && event.id === '';
    return isEmpty
      ? { rest: event }
      : { whole: { ...event, argumentsJson: event.argumentsJson.slice(0, end) }, rest };
  }
  return undefined;
}

function endsInHalfPair(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
