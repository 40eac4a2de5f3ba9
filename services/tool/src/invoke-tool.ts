import { type tool as contract } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type RpcContext } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { readArguments } from './read-arguments';
import { type ToolContext } from './tool';
import { ToolFailure } from './tool-failure';
import { type RegisteredTool } from './tool-registry';

/** What invocations are bound to. */
export interface InvocationSettings {
  timeoutMs: number;
  logger: Logger;
}

/** Errors whose message says to the model what it can do better, or that later may be better. */
const tellingCodes = new Set([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'FAILED_PRECONDITION',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
]);

/**
 * Invokes a tool. A tool that fails, whatever it throws and however long it takes, is an answer with
 * `isError`.
 *
 * @throws WeftError INVALID_ARGUMENT for arguments that its schema refuses; the reason of the call's signal
 *   when nobody waits any more
 */
export async function invokeTool(
  { tool, validate }: RegisteredTool,
  request: { argumentsJson: string } & Pick<ToolContext, 'collections' | 'idempotencyKey'>,
  { caller, signal }: Pick<RpcContext, 'caller' | 'signal'>,
  { timeoutMs, logger }: InvocationSettings,
): Promise<contract.InvokeToolResponse> {
  const toolArguments = readArguments(request.argumentsJson);
  validate(toolArguments);
  signal.throwIfAborted();
  const timer = new AbortController();
  const timeout = setTimeout(
    () => timer.abort(new ToolFailure(`The tool did not finish within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  const bound: ToolContext = {
    caller,
    signal: AbortSignal.any([signal, timer.signal]),
    collections: request.collections,
    idempotencyKey: request.idempotencyKey,
  };
  try {
    const result = await untilAborted(tool.invoke(toolArguments, bound), bound.signal);
    return { resultJson: JSON.stringify(result ?? null), isError: false };
  } catch (error) {
    signal.throwIfAborted();
    const reason = timer.signal.aborted ? timer.signal.reason : error;
    if (!(reason instanceof ToolFailure)) logger.warn({ tool: tool.name, err: reason }, 'a tool failed');
    return { resultJson: JSON.stringify({ error: messageFor(reason) }), isError: true };
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * Settles with the work, or rejects when the signal is aborted: a tool that does not listen keeps nobody
 * waiting.
 */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** What the model is told; of our own defects only that there was one. */
function messageFor(error: unknown): string {
  if (error instanceof ToolFailure) return error.message;
  if (error instanceof WeftError && tellingCodes.has(error.code)) return error.message;
  return 'The tool failed.';
}
