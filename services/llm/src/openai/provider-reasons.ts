/** The stable reasons of a provider's failures. */
export const providerReasons = {
  /** The connection could not be made, or broke before the answer began. */
  unreachable: 'PROVIDER_UNREACHABLE',
  /** It answered with a server error. */
  unavailable: 'PROVIDER_UNAVAILABLE',
  /** The connection broke within the answer. */
  connectionLost: 'PROVIDER_CONNECTION_LOST',
  /** Too long without content. */
  stalled: 'PROVIDER_STALLED',
  /** The stream ended before the answer did. */
  truncated: 'PROVIDER_STREAM_TRUNCATED',
  /** The answer cannot be read. */
  malformed: 'PROVIDER_STREAM_MALFORMED',
  rateLimited: 'PROVIDER_RATE_LIMITED',
  credentials: 'PROVIDER_CREDENTIALS',
  /** It answered with what is no answer, such as a redirect. */
  misconfigured: 'PROVIDER_MISCONFIGURED',
  /** It found the request wrong. */
  rejected: 'PROVIDER_REJECTED_REQUEST',
  /** It told of an error within the stream. */
  failed: 'PROVIDER_FAILED',
} as const;
