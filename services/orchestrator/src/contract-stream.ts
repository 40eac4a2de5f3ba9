import { type orchestrator } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type ChatEvent } from './chat-event';

type Response = orchestrator.StreamChatResponse;
type Event = NonNullable<Response['event']>;

/**
 * Puts a run's events into the stream contract: numbers from 1 without holes, `started` before everything else, a
 * heartbeat after each silence, and nothing after the terminal event. A run that fails before it told anything is an RPC
 * error instead, so that its status can still be the response's.
 */
export async function* contractStream(
  run: AsyncGenerator<ChatEvent, void, undefined>,
  options: { runId: string; model: string; heartbeatMs: number },
): AsyncGenerator<Response, void, undefined> {
  let sequence = 0;
  const numbered = (event: Event): Response => ({ sequence: (sequence += 1), event });
  const started = (): Event => ({ $case: 'started', value: { runId: options.runId, model: options.model } });
  try {
    let next = run.next();
    for (;;) {
      const result = await orSilence(next, options.heartbeatMs);
      if (result === silence) {
        if (sequence === 0) yield numbered(started());
        yield numbered({ $case: 'heartbeat', value: {} });
        continue;
      }
      if (result.done) return;
      const event = result.value;
      if (sequence === 0) {
        if (event.$case === 'failed') throw refusal(event.error, options.runId);
        yield numbered(started());
      }
      yield numbered({ $case: event.$case, value: event.value } as Event);
      next = run.next();
    }
  } finally {
    await run.return();
  }
}

const silence = Symbol('silence');

async function orSilence<T>(next: Promise<T>, silenceMs: number): Promise<T | typeof silence> {
  let timer: NodeJS.Timeout | undefined;
  const quiet = new Promise<typeof silence>((resolve) => {
    timer = setTimeout(() => resolve(silence), silenceMs);
  });
  try {
    return await Promise.race([next, quiet]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error of a run that failed before it told anything; its metadata names the run. */
export function refusal(error: WeftError, runId: string): WeftError {
  return new WeftError(error.code, error.reason, error.message, {
    metadata: { ...error.metadata, run_id: runId },
    violations: [...error.violations],
    retryDelayMs: error.retryDelayMs,
    cause: error.cause,
  });
}
