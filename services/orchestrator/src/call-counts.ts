import { WeftError } from '@weft/errors';
import { wasNeverProcessed } from '@weft/rpc';

/** How many calls to a provider a request took that failed. */
export interface CallCounts {
  calls: number;
  /** Of these, those that the provider refused, and so generated nothing. */
  refusals: number;
  provider: string;
}

/** The llm service's words for it, in the metadata of its errors. */
const keys = { calls: 'provider_calls', refusals: 'provider_refusals', provider: 'provider' };

/** Errors of the way to the llm service, which never saw the request; and what its release 0.1 says, which tells no counts, before it calls. */
const neverArrived: ReadonlySet<string> = new Set([
  'INTERNAL_IDENTITY_INVALID',
  'INVALID_REQUEST',
  'MALFORMED_MESSAGE',
  'METADATA_TOO_LARGE',
  'MODEL_NOT_FOUND',
  'PEER_UNKNOWN',
  'UNKNOWN_METHOD',
]);

/**
 * How many calls went out, as far as an error of the llm service tells. Undefined when it does not tell, as when the service died: then
 * one may have.
 */
export function callCountsOf(error: unknown): CallCounts | undefined {
  if (!(error instanceof WeftError)) return undefined;
  const { metadata, reason } = error;
  const calls = metadata[keys.calls];
  if (calls === undefined) {
    return neverArrived.has(reason) || wasNeverProcessed(error)
      ? { calls: 0, refusals: 0, provider: '' }
      : undefined;
  }
  return {
    calls: Number(calls),
    refusals: Number(metadata[keys.refusals] ?? 0),
    provider: metadata[keys.provider] ?? '',
  };
}

/** The error as the client gets it: how often its provider was called concerns the ledger alone. */
export function withoutCallCounts(error: unknown): unknown {
  if (!(error instanceof WeftError) || error.metadata[keys.calls] === undefined) return error;
  const entries = Object.entries(error.metadata).filter(([key]) => !Object.values(keys).includes(key));
  return new WeftError(error.code, error.reason, error.message, {
    metadata: Object.fromEntries(entries),
    violations: [...error.violations],
    retryDelayMs: error.retryDelayMs,
    cause: error.cause,
  });
}
