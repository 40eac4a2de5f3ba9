import { type IdentityTokens } from './identity-token';
import { metadataKeys } from './metadata-keys';
import { type Authenticate } from './server-pipeline';

/** Lets in what carries an internal identity of this weft. */
export function authenticateInternal(tokens: IdentityTokens): Authenticate {
  return ({ metadata }) => {
    const caller = tokens.verify(metadata.get(metadataKeys.identity));
    const traceparent = metadata.get(metadataKeys.traceparent);
    return traceparent === undefined ? caller : { ...caller, traceparent };
  };
}
