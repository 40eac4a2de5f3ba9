import { WeftError } from '@weft/errors';
import { type Caller } from '@weft/rpc';
import { type ApiKey } from '../api-keys/api-key';
import { type KeyAuthenticator } from '../api-keys/key-authenticator';
import { type RequestLimiter } from '../api-keys/request-limiter';
import { grants } from '../api-keys/scopes';
import { bearerSecret } from './bearer-secret';

/** What a door knows of a request before it lets it in. */
export interface EntryRequest {
  /** The `authorization` header or metadata; undefined when there is none, or more than one. */
  authorization: string | undefined;
  /** The scope that the route or RPC needs. */
  scope: string;
  requestId: string;
  traceparent: string | undefined;
  /** When the answer is no longer wanted, in Unix milliseconds. */
  deadline: number;
}

/**
 * What every request passes, whatever door it came to: authenticate, limit, authorize, and mint the caller that the services see.
 * Answers at once, without a promise, when the key was used lately.
 *
 * @throws WeftError UNAUTHENTICATED; RESOURCE_EXHAUSTED `RATE_LIMITED`; PERMISSION_DENIED `SCOPE_MISSING`
 */
export type EntryPipeline = (request: EntryRequest) => Caller | Promise<Caller>;

/** Makes the pipeline that all doors share. */
export function createEntryPipeline({
  authenticator,
  limiter,
}: {
  authenticator: KeyAuthenticator;
  limiter: RequestLimiter;
}): EntryPipeline {
  const enter = (key: ApiKey, request: EntryRequest): Caller => {
    limiter.take({ keyId: key.id, requestsPerMinute: key.requestsPerMinute });
    if (!grants(key.scopes, request.scope)) throw scopeMissing(request.scope);
    return mintCaller(key, request);
  };
  return (request) => {
    const key = authenticator.authenticate(bearerSecret(request.authorization));
    return key instanceof Promise ? key.then((found) => enter(found, request)) : enter(key, request);
  };
}

function mintCaller(key: ApiKey, { requestId, deadline, traceparent }: EntryRequest): Caller {
  const identity: Caller['identity'] = {
    tenantId: key.tenantId,
    principal: { kind: 'api_key', id: key.id },
    scopes: key.scopes,
  };
  return traceparent === undefined
    ? { identity, requestId, deadline }
    : { identity, requestId, deadline, traceparent };
}

function scopeMissing(scope: string): WeftError {
  return new WeftError(
    'PERMISSION_DENIED',
    'SCOPE_MISSING',
    `This needs the scope '${scope}', which this API key does not have.`,
    {
      metadata: { scope },
    },
  );
}
