import { common, type llm } from '@weft/contracts';
import { countTokens } from '@weft/tokens';
import { callCountsOf } from './call-counts';
import { type ModelCall, type OpenCall, type RunTrace } from './run-trace';
import { TokenTally } from './token-tally';

/** Each message costs a model a few tokens besides its text, whatever the model; four is what OpenAI documents for chat. */
const tokensPerMessage = 4;

/** What a token holds on average of English text. Source: OpenAI, "What are tokens and how to count them". */
const charactersPerToken = 4;

/**
 * Meters one request to the llm service: exactly one row of the ledger for each call to a provider that it takes, however it ends. What
 * the provider counted is taken as it is; a call that ended without its count, as one whose reader went away, is counted here and marked
 * as estimated.
 */
export class CallMeter implements OpenCall {
  private provider = '';
  private readonly output = new TokenTally();
  private readonly startTime = new Date();
  private isSent = false;
  private hasStarted = false;
  private countedInput: number | undefined;
  private settled = false;

  constructor(
    private readonly trace: RunTrace,
    private model: string,
    private readonly messages: readonly common.Message[],
  ) {
    trace.openCall = this;
  }

  /** The request goes out to the llm service. */
  sent(): void {
    this.isSent = true;
  }

  /** The provider has begun to answer. */
  started(answer: {
    provider: string;
    providerModel: string;
    failedCalls: readonly llm.FailedProviderCall[];
  }): void {
    this.hasStarted = true;
    this.provider = answer.provider;
    this.model = answer.providerModel || this.model;
    for (const { provider, providerModel, usage, startTime, endTime } of answer.failedCalls) {
      this.trace.calls.push({
        model: providerModel,
        provider,
        usage: usage ?? nothing(),
        outcome: 'failed',
        startTime: startTime!,
        endTime,
      });
    }
  }

  /** The model wrote text, or arguments of a tool call. */
  wrote(text: string): void {
    this.output.add(text);
  }

  settle(outcome: ModelCall['outcome'], usage: common.Usage | undefined): void {
    if (this.settled) return;
    this.close();
    this.trace.calls.push(this.call(outcome, usage ?? this.estimate()));
  }

  /**
   * The request failed: each call that went out is one of the run, and if the error does not tell how many, one was. Once the provider
   * has begun to answer its call is one whatever failed: it may have been the screen that the answer passes through.
   */
  fail(error: unknown, outcome: ModelCall['outcome']): void {
    const counts = this.hasStarted ? undefined : callCountsOf(error);
    if (this.settled || counts === undefined) return this.settle(outcome, undefined);
    this.close();
    this.provider ||= counts.provider;
    for (let index = 0; index < counts.calls; index += 1) {
      const usage = index < counts.refusals ? nothing() : this.estimate();
      this.trace.calls.push(this.call(index === counts.calls - 1 ? outcome : 'failed', usage));
    }
  }

  /** Nothing was sent to a model: there is nothing to bill. */
  discard(): void {
    if (!this.settled) this.close();
  }

  /** The call as it would be billed if this process died now: without an end. */
  soFar(): ModelCall {
    return { ...this.call('failed', this.estimate()), endTime: undefined };
  }

  private call(outcome: ModelCall['outcome'], usage: common.Usage): ModelCall {
    const { model, provider, startTime } = this;
    return { model, provider, usage, outcome, startTime, endTime: new Date() };
  }

  private close(): void {
    this.settled = true;
    if (this.trace.openCall === this) this.trace.openCall = undefined;
  }

  private estimate(): common.Usage {
    return common.Usage.fromPartial({
      inputTokens: this.inputTokens(),
      outputTokens: this.output.count(),
      estimated: true,
    });
  }

  /** Counting a long conversation takes milliseconds: not before the request is on its way. */
  private inputTokens(): number {
    if (!this.isSent) return this.sumOver((content) => Math.ceil(content.length / charactersPerToken));
    return (this.countedInput ??= this.sumOver(countTokens));
  }

  private sumOver(count: (content: string) => number): number {
    return this.messages.reduce((sum, { content }) => sum + tokensPerMessage + count(content), 0);
  }
}

function nothing(): common.Usage {
  return common.Usage.fromPartial({ estimated: true });
}
