import { common, type events, orchestrator } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { publicError, toErrorStatus } from '@weft/rpc';
import { type Caller } from '@weft/rpc';
import { newId, openChildSpan } from '@weft/runtime';
import { sumUsage } from './run-usage';

/** One model call of a run, for the ledger. */
export interface ModelCall {
  model: string;
  provider: string;
  usage: common.Usage;
  outcome: 'completed' | 'failed' | 'cancelled';
  startTime: Date;
  /** Undefined for one that goes on. */
  endTime: Date | undefined;
}

/** A model call that goes on. */
export interface OpenCall {
  /** What is known of it. */
  soFar(): ModelCall;
}

/** How a run ended. */
export interface RunEnd {
  state: orchestrator.RunState;
  finishReason: common.FinishReason;
  error: WeftError | undefined;
}

/** What is known of a run while it goes on: its steps with their times, its model calls, what shaped the answer. Never content. */
export class RunTrace {
  readonly id = newId();
  readonly startTime = new Date();
  readonly calls: ModelCall[] = [];
  readonly tools: string[] = [];
  /** The model call that goes on now. */
  openCall: OpenCall | undefined;
  assistant: orchestrator.Assistant | undefined;
  prompt = { name: '', version: 0, digest: '' };
  policy = '';
  findingCount = 0;
  cached = false;
  citations: common.Citation[] = [];
  private readonly startedAt = performance.now();
  private readonly steps: orchestrator.RunStep[] = [];
  private firstTokenMs: number | undefined;

  constructor(
    readonly caller: Caller,
    readonly model: string,
    readonly conversationId: string,
  ) {}

  /** Does a step and notes when it began, how long it took and how it failed. `attributes` are facts, never content. */
  async step<T>(name: string, work: (attributes: Record<string, string>) => Promise<T>): Promise<T> {
    const step = this.openStep(name);
    try {
      return await work(step.attributes);
    } catch (error) {
      step.fail(error);
      throw error;
    } finally {
      step.close();
    }
  }

  /** Begins a step that does not fit into one function, such as a stream. */
  openStep(name: string): { attributes: Record<string, string>; fail(error: unknown): void; close(): void } {
    const startedMs = this.elapsedMs();
    const step = orchestrator.RunStep.fromPartial({ name, startOffset: durationOf(startedMs) });
    this.steps.push(step);
    const span = openChildSpan(name, 'internal', this.caller.traceparent, { 'weft.run.id': this.id });
    return {
      attributes: step.attributes,
      fail: (error) => (step.error = toErrorStatus(publicError(error))),
      close: () => {
        step.duration = durationOf(this.elapsedMs() - startedMs);
        span?.end(step.error?.reason);
      },
    };
  }

  /** Notes the first released text. */
  sawText(): void {
    this.firstTokenMs ??= this.elapsedMs();
  }

  /** What all model calls so far took. */
  usage(): common.Usage {
    return sumUsage(this.calls.map(({ usage }) => usage));
  }

  /** The model call that goes on, if one does. */
  openCalls(): ModelCall[] {
    return this.openCall === undefined ? [] : [this.openCall.soFar()];
  }

  /** The run as it stands, or as it ended. */
  toRun(end?: RunEnd): orchestrator.Run {
    return {
      id: this.id,
      requestId: this.caller.requestId,
      apiKeyId: this.caller.identity.principal.id,
      model: this.model,
      assistant: this.assistant?.name ?? '',
      assistantVersion: this.assistant?.version ?? 0,
      prompt: this.prompt.name,
      promptVersion: this.prompt.version,
      promptDigest: this.prompt.digest,
      conversationId: this.conversationId,
      state: end?.state ?? orchestrator.RunState.RUNNING,
      finishReason: end?.finishReason ?? common.FinishReason.UNSPECIFIED,
      error: end?.error === undefined ? undefined : toErrorStatus(end.error),
      usage: this.usage(),
      steps: this.steps,
      citations: this.citations,
      cached: this.cached,
      createTime: this.startTime,
      endTime: end === undefined ? undefined : new Date(),
      timeToFirstToken: this.firstTokenMs === undefined ? undefined : durationOf(this.firstTokenMs),
    };
  }

  /** The event that tells of the ended run and its model calls. */
  toEvent(run: orchestrator.Run, calls: readonly ModelCall[] = this.calls): events.RunFinished {
    return {
      runId: run.id,
      requestId: run.requestId,
      apiKeyId: run.apiKeyId,
      model: run.model,
      assistant: run.assistant,
      assistantVersion: run.assistantVersion,
      state: stateNames[run.state] ?? 'failed',
      errorReason: run.error?.reason ?? '',
      cached: run.cached,
      startTime: run.createTime,
      endTime: run.endTime,
      calls: calls.map((call, index) => ({ attempt: index + 1, ...call })),
      timeToFirstTokenUs: Math.round((this.firstTokenMs ?? 0) * 1000),
      prompt: run.prompt,
      promptVersion: run.promptVersion,
      policy: this.policy,
      findingCount: this.findingCount,
      citedDocumentIds: [...new Set(this.citations.map(({ passage }) => passage!.documentId))],
      tools: this.tools,
    };
  }

  private elapsedMs(): number {
    return performance.now() - this.startedAt;
  }
}

/** How the states of ended runs are called outside. */
export const stateNames: Partial<Record<orchestrator.RunState, string>> = {
  [orchestrator.RunState.COMPLETED]: 'completed',
  [orchestrator.RunState.FAILED]: 'failed',
  [orchestrator.RunState.CANCELLED]: 'cancelled',
};

function durationOf(milliseconds: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}
