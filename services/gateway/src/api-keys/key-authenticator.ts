import { hash, timingSafeEqual } from 'node:crypto';
import { unavailable, WeftError } from '@weft/errors';
import { type ApiKey } from './api-key';
import { type ApiKeyStore } from './api-key-store';
import { BoundedCache } from './bounded-cache';
import { secretDigest } from './key-secret';

export interface KeyAuthenticatorOptions {
  store: Pick<ApiKeyStore, 'findBySecretDigest'>;
  /** The secret of the digests in the store. */
  storageSecret: string;
  /** How long a key is believed without asking the store. */
  cacheTtlMs: number;
  now?: () => number;
}

/** Tells which key a secret is. */
export interface KeyAuthenticator {
  /**
   * Finds the key of a secret. A key used lately is answered at once from memory, without a promise.
   *
   * @throws WeftError UNAUTHENTICATED `API_KEY_INVALID`, `API_KEY_EXPIRED` or `API_KEY_REVOKED`
   */
  authenticate(secret: string): ApiKey | Promise<ApiKey>;
  /** Makes the next call with a key ask the store again. */
  forget(keyId: string): void;
}

interface Belief {
  key: ApiKey;
  since: number;
  refreshing: boolean;
}

const secretLengthMax = 512;
const keysMax = 10_000;
const unknownSecretsMax = 10_000;
const unknownSecretTtlMs = 1000;
/** Lookups of unknown keys must not pile up before the database. */
const lookupsMax = 256;

/** Makes an authenticator that remembers keys by the SHA-256 of their secrets, never the secrets themselves. */
export function createKeyAuthenticator(options: KeyAuthenticatorOptions): KeyAuthenticator {
  const now = options.now ?? Date.now;
  const known = new BoundedCache<Belief>(keysMax);
  // Apart from the known ones, so that a flood of guesses pushes no good key out.
  const unknownUntil = new BoundedCache<number>(unknownSecretsMax);
  const lookups = new Map<string, Promise<ApiKey | undefined>>();
  let forgettings = 0;

  async function readStore(secret: string, fingerprint: string): Promise<ApiKey | undefined> {
    const forgettingsBefore = forgettings;
    const digest = secretDigest(secret, options.storageSecret);
    const found = await options.store.findBySecretDigest(digest);
    const key = found && timingSafeEqual(found.secretDigest, digest) ? found.key : undefined;
    // What was read before a revocation must not outlive it.
    if (forgettings !== forgettingsBefore) return key;
    if (key === undefined) {
      known.delete(fingerprint);
      unknownUntil.set(fingerprint, now() + unknownSecretTtlMs);
    } else {
      known.set(fingerprint, { key, since: now(), refreshing: false });
    }
    return key;
  }

  function lookUp(secret: string, fingerprint: string): Promise<ApiKey | undefined> {
    const running = lookups.get(fingerprint);
    if (running !== undefined) return running;
    if (lookups.size >= lookupsMax)
      throw unavailable('OVERLOADED', 'Too many keys are being looked up. Try again.');
    const lookup = readStore(secret, fingerprint).finally(() => {
      if (lookups.get(fingerprint) === lookup) lookups.delete(fingerprint);
    });
    lookups.set(fingerprint, lookup);
    return lookup;
  }

  /** Asks the store again while the belief still holds, so that a key in use never waits for the store. */
  function refresh(belief: Belief, secret: string, fingerprint: string): void {
    if (lookups.size >= lookupsMax) return;
    belief.refreshing = true;
    lookUp(secret, fingerprint).catch(() => {
      belief.refreshing = false;
    });
  }

  return {
    authenticate(secret) {
      if (secret.length > secretLengthMax) throw invalidKey();
      const fingerprint = hash('sha256', secret, 'base64');
      const belief = known.get(fingerprint);
      const age = belief === undefined ? Infinity : now() - belief.since;
      if (belief !== undefined && age < options.cacheTtlMs) {
        if (age > options.cacheTtlMs / 2 && !belief.refreshing) refresh(belief, secret, fingerprint);
        return usable(belief.key, now());
      }
      if ((unknownUntil.get(fingerprint) ?? 0) > now()) throw invalidKey();
      return lookUp(secret, fingerprint).then((key) => usable(key, now()));
    },
    forget(keyId) {
      forgettings += 1;
      // Nobody may join a lookup that began before.
      lookups.clear();
      known.deleteWhere(({ key }) => key.id === keyId);
    },
  };
}

function usable(key: ApiKey | undefined, now: number): ApiKey {
  if (key === undefined) throw invalidKey();
  if (key.revokeTime !== undefined) {
    throw new WeftError('UNAUTHENTICATED', 'API_KEY_REVOKED', 'This API key was revoked. Use another one.');
  }
  if (key.expireTime !== undefined && key.expireTime.getTime() <= now) {
    throw new WeftError('UNAUTHENTICATED', 'API_KEY_EXPIRED', 'This API key has expired. Use another one.');
  }
  return key;
}

function invalidKey(): WeftError {
  return new WeftError(
    'UNAUTHENTICATED',
    'API_KEY_INVALID',
    'This is not a valid API key. Check the key that you send as a bearer token.',
  );
}
