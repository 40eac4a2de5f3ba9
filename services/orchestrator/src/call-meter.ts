import { common } from '@weft/contracts';
import { countTokens } from '@weft/tokens';
import { type ModelCall, type RunTrace } from './run-trace';

/** Each message costs a model a few tokens besides its text, whatever the model; four is what OpenAI documents for chat. */
const tokensPerMessage = 4;

/**
 * Meters one model call: exactly one row of the ledger, however the call ends. What the provider counted is taken as it
 * is; a call that ended without its count, as one whose reader went away, is counted here and marked as estimated.
 */
export class CallMeter {
  private provider = '';
  private outputText = '';
  private readonly startTime = new Date();
  private settled = false;

  constructor(
    private readonly trace: RunTrace,
    private model: string,
    private readonly messages: readonly common.Message[],
  ) {}

  /** The provider has begun to answer. */
  started(provider: string, providerModel: string): void {
    this.provider = provider;
    this.model = providerModel || this.model;
  }

  /** The model wrote text, or arguments of a tool call. */
  wrote(text: string): void {
    this.outputText += text;
  }

  settle(outcome: ModelCall['outcome'], usage: common.Usage | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.trace.calls.push({
      model: this.model,
      provider: this.provider,
      usage: usage ?? this.estimate(),
      outcome,
      startTime: this.startTime,
      endTime: new Date(),
    });
  }

  /** Nothing was sent to a model: there is nothing to bill. */
  discard(): void {
    this.settled = true;
  }

  private estimate(): common.Usage {
    const input = this.messages.reduce(
      (sum, { content }) => sum + tokensPerMessage + countTokens(content),
      0,
    );
    return common.Usage.fromPartial({
      inputTokens: input,
      outputTokens: countTokens(this.outputText),
      estimated: true,
    });
  }
}
