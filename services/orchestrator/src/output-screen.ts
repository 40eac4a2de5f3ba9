import { safety } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { upToLast } from '@weft/rpc';
import { type ChatRun, modelCall } from './chat-run';

/** What may go on of a text that is still being written. */
export interface Released {
  text: string;
  /** The policy refuses the rest. */
  blocked: boolean;
}

/**
 * Passes a text through safety's stream as it is written. Nothing beyond the watermark comes out of here, so what calls it
 * cannot release it either.
 */
export class OutputScreen {
  private readonly requests = new PushSource<safety.StreamScreenTextRequest>();
  private readonly responses: AsyncIterator<safety.StreamScreenTextResponse>;
  private readonly policy: string;
  private begun = false;

  constructor(private readonly run: ChatRun) {
    this.policy = run.target.assistant?.spec?.safetyPolicy ?? '';
    const responses = run.peers
      .client(safety.SafetyServiceDefinition)
      .streamScreenText(this.requests, modelCall(run));
    this.responses = upToLast(responses, ({ end, blocked }) => end || blocked)[Symbol.asyncIterator]();
  }

  push(text: string): Promise<Released> {
    return this.exchange(text, false);
  }

  end(): Promise<Released> {
    return this.exchange('', true);
  }

  close(): void {
    this.requests.end();
    this.responses.return?.().catch(() => undefined);
  }

  /** Each request has exactly one response. */
  private async exchange(text: string, end: boolean): Promise<Released> {
    const first = this.begun ? {} : { policy: this.policy, direction: safety.Direction.OUTPUT };
    this.begun = true;
    this.requests.push(safety.StreamScreenTextRequest.fromPartial({ ...first, text, end }));
    const result = await this.responses.next();
    if (result.done)
      throw unavailable('SCREENING_ENDED', 'The safety service ended its stream before the text did.');
    this.run.trace.findingCount += result.value.findings.length;
    return { text: result.value.released, blocked: result.value.blocked };
  }
}

/** A source that is pushed into. It holds at most what its one writer has not yet had answered. */
class PushSource<Item> implements AsyncIterable<Item> {
  private readonly items: Item[] = [];
  private wake: (() => void) | undefined;
  private ended = false;

  push(item: Item): void {
    this.items.push(item);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const item = this.items.shift();
      if (item !== undefined) yield item;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
