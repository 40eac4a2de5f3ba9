import { WeftError } from '@weft/errors';

/**
 * The secret of an `authorization` value, `Bearer <secret>`.
 *
 * @throws WeftError UNAUTHENTICATED `API_KEY_MISSING`
 */
export function bearerSecret(authorization: string | undefined): string {
  const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
  if (secret !== undefined) return secret;
  throw new WeftError(
    'UNAUTHENTICATED',
    'API_KEY_MISSING',
    "Send an API key: 'Authorization: Bearer <key>'.",
  );
}
