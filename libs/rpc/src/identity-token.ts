import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { WeftError } from '@weft/errors';
import { type Caller } from './caller';

/** Mints and verifies the internal identity that travels between processes. */
export interface IdentityTokens {
  mint(caller: Caller): string;
  /** @throws WeftError UNAUTHENTICATED when the token is missing, forged or past its time */
  verify(token: string | undefined): Caller;
}

interface Claims {
  tenant: string;
  kind: 'api_key' | 'service';
  principal: string;
  scopes: readonly string[];
  request: string;
  /** Unix milliseconds. */
  deadline: number;
}

/** Clocks of two machines may differ by this much. */
const leewayMs = 5000;

/**
 * Tokens signed with HMAC-SHA-256: `<claims in base64url>.<signature in base64url>`. A token lives as long as the deadline in it.
 *
 * @param secret shared by all services of one weft, at least 32 bytes
 */
export function createIdentityTokens(secret: Uint8Array): IdentityTokens {
  if (secret.length < 32) {
    throw new WeftError(
      'FAILED_PRECONDITION',
      'BAD_CONFIGURATION',
      'The identity secret must have at least 32 bytes.',
    );
  }
  // Of bytes Node makes a key for each signature, which takes five times as long as to sign.
  const key = createSecretKey(secret);
  const sign = (text: string) => createHmac('sha256', key).update(text).digest();
  /** A chat makes several calls for one caller, and they say the same of it. */
  const minted = new WeakMap<Caller, string>();
  return {
    mint(caller) {
      const before = minted.get(caller);
      if (before !== undefined) return before;
      const claims: Claims = {
        tenant: caller.identity.tenantId,
        kind: caller.identity.principal.kind,
        principal: caller.identity.principal.id,
        scopes: caller.identity.scopes,
        request: caller.requestId,
        deadline: caller.deadline,
      };
      const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
      const token = `${body}.${sign(body).toString('base64url')}`;
      minted.set(caller, token);
      return token;
    },
    verify(token) {
      const [body, signature, ...rest] = (token ?? '').split('.');
      if (!body || !signature || rest.length > 0)
        throw unauthenticated('The call carries no internal identity.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(body);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw unauthenticated('The internal identity is not signed by this weft.');
      }
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
      if (claims.deadline + leewayMs < Date.now())
        throw unauthenticated('The internal identity is past its deadline.');
      return {
        identity: {
          tenantId: claims.tenant,
          principal: { kind: claims.kind, id: claims.principal },
          scopes: claims.scopes,
        },
        requestId: claims.request,
        deadline: claims.deadline,
      };
    },
  };
}

function unauthenticated(message: string): WeftError {
  return new WeftError('UNAUTHENTICATED', 'INTERNAL_IDENTITY_INVALID', message);
}
