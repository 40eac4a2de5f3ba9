import { type Caller } from './caller';
import { type IdentityTokens } from './identity-token';
import { type Authenticate } from './inbound-call';
import { metadataKeys } from './metadata-keys';

/** Lets in what carries an internal identity of this weft. */
export function authenticateInternal(tokens: IdentityTokens): Authenticate {
  return ({ metadata, deadline }) => {
    const verified = tokens.verify(metadata.get(metadataKeys.identity));
    const traceparent = metadata.get(metadataKeys.traceparent);
    // The transport's deadline is by this machine's clock; the one in the token is by the sender's.
    const caller: Caller = deadline === undefined ? verified : { ...verified, deadline };
    return traceparent === undefined ? caller : { ...caller, traceparent };
  };
}
