import { common, type llm } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { estimateUsage } from './estimate-usage';
import { type GenerationRequest } from './language-model-provider';

interface ProviderCall {
  startTime: Date;
  /** Set when it failed before the provider began to answer. */
  failure?: { endTime: Date; error: unknown };
}

/**
 * The calls to a provider that one request takes, counted when they go out. Each is a row of the ledger, so whoever asked is told of
 * each, also of those that failed and were made again.
 */
export class ProviderCalls {
  private readonly calls: ProviderCall[] = [];

  /** A call goes out to the provider: from here on it may be counted there. */
  begin(): void {
    this.calls.push({ startTime: new Date() });
  }

  /** The call that went out last failed before the provider began to answer. Changes nothing when none is out. */
  fail(error: unknown): void {
    const last = this.calls.at(-1);
    if (last) last.failure ??= { endTime: new Date(), error };
  }

  /** The calls that failed before the one that answers. */
  failed(provider: string, request: GenerationRequest): llm.FailedProviderCall[] {
    return this.calls.flatMap(({ startTime, failure }) =>
      failure === undefined
        ? []
        : [
            {
              provider,
              providerModel: request.model,
              usage: isRefusal(failure.error) ? nothing() : estimateUsage(request, ''),
              errorReason: failure.error instanceof WeftError ? failure.error.reason : 'INTERNAL',
              startTime,
              endTime: failure.endTime,
            },
          ],
    );
  }

  /** The error that ends the request, saying how many calls went out, how many of them the provider refused, and which provider it was. */
  toldBy(error: unknown, provider: string): unknown {
    if (!(error instanceof WeftError)) return error;
    const refusals = this.calls.filter(({ failure }) => failure && isRefusal(failure.error)).length;
    return new WeftError(error.code, error.reason, error.message, {
      metadata: {
        ...error.metadata,
        provider_calls: String(this.calls.length),
        provider_refusals: String(refusals),
        ...(provider === '' ? {} : { provider }),
      },
      violations: [...error.violations],
      retryDelayMs: error.retryDelayMs,
      cause: error.cause,
    });
  }
}

/** Whether the provider itself answered with an error, and so generated nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof WeftError && error.metadata['provider_status'] !== undefined;
}

function nothing(): common.Usage {
  return common.Usage.fromPartial({ estimated: true });
}
