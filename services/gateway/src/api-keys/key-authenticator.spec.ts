import { type ApiKey } from './api-key';
import { type StoredCredential } from './api-key-store';
import { createKeyAuthenticator } from './key-authenticator';
import { secretDigest } from './key-secret';

const storageSecret = 's'.repeat(32);
const secret = 'weft_ab12cd34_secret-of-a-test';

function apiKey(changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'key-1',
    tenantId: 'acme',
    displayName: 'test',
    prefix: 'weft_ab12cd34',
    scopes: ['*'],
    requestsPerMinute: 0,
    createTime: new Date(0),
    expireTime: undefined,
    revokeTime: undefined,
    ...changes,
  };
}

/** A store whose answers a test can hold back. */
function setUp(initial: ApiKey = apiKey()) {
  const state = { key: initial as ApiKey | undefined, lookups: 0, gate: Promise.resolve(), ms: 1_000_000 };
  const store = {
    async findBySecretDigest(digest: Uint8Array): Promise<StoredCredential | undefined> {
      state.lookups += 1;
      const { key } = state;
      await state.gate;
      const matches = Buffer.compare(digest, secretDigest(secret, storageSecret)) === 0;
      return key !== undefined && matches ? { key, secretDigest: digest } : undefined;
    },
  };
  const authenticator = createKeyAuthenticator({
    store,
    storageSecret,
    cacheTtlMs: 5000,
    now: () => state.ms,
  });
  return { state, authenticator };
}

async function refusalOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('was let in');
}

function gate() {
  let open = () => undefined as void;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open };
}

describe('key authenticator', () => {
  test('finds the key of a secret', async () => {
    const { authenticator } = setUp();
    expect(await authenticator.authenticate(secret)).toMatchObject({ id: 'key-1', tenantId: 'acme' });
  });

  test('answers a key used lately from memory, without a promise', async () => {
    const { authenticator } = setUp();
    await authenticator.authenticate(secret);
    expect(authenticator.authenticate(secret)).not.toBeInstanceOf(Promise);
  });

  test('asks the store once for many requests', async () => {
    const { authenticator, state } = setUp();
    await Promise.all(Array.from({ length: 100 }, () => authenticator.authenticate(secret)));
    for (let request = 0; request < 100; request += 1) await authenticator.authenticate(secret);
    expect(state.lookups).toBe(1);
  });

  test('asks the store again when its belief is too old', async () => {
    const { authenticator, state } = setUp();
    await authenticator.authenticate(secret);
    state.key = undefined;
    state.ms += 5000;
    expect(await refusalOf(() => authenticator.authenticate(secret))).toMatchObject({
      reason: 'API_KEY_INVALID',
    });
  });

  test('refreshes a key in use beforehand, so that it never waits', async () => {
    const { authenticator, state } = setUp();
    await authenticator.authenticate(secret);
    for (let step = 0; step < 10; step += 1) {
      state.ms += 3000;
      expect(authenticator.authenticate(secret)).not.toBeInstanceOf(Promise);
      await new Promise(setImmediate);
    }
  });

  test('refuses what the store does not know', async () => {
    const { authenticator } = setUp();
    const refusal = await refusalOf(() => authenticator.authenticate('weft_zz99zz99_another'));
    expect(refusal).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'API_KEY_INVALID' });
  });

  test('remembers for a moment that a secret is unknown', async () => {
    const { authenticator, state } = setUp();
    for (let attempt = 0; attempt < 5; attempt += 1)
      await refusalOf(() => authenticator.authenticate('unknown-secret'));
    expect(state.lookups).toBe(1);
  });

  test('does not remember it for long', async () => {
    const { authenticator, state } = setUp();
    state.key = undefined;
    await refusalOf(() => authenticator.authenticate(secret));
    state.key = apiKey();
    state.ms += 1001;
    expect(await authenticator.authenticate(secret)).toMatchObject({ id: 'key-1' });
  });

  test('a flood of unknown secrets pushes no good key out', async () => {
    const { authenticator } = setUp();
    await authenticator.authenticate(secret);
    for (let guess = 0; guess < 10_500; guess += 1)
      await refusalOf(() => authenticator.authenticate(`guess ${guess}`));
    expect(authenticator.authenticate(secret)).not.toBeInstanceOf(Promise);
  });

  test('does not let lookups pile up before a slow store', async () => {
    const { authenticator, state } = setUp();
    const { closed, open } = gate();
    state.gate = closed;
    const guesses = Array.from({ length: 300 }, (_, guess) =>
      refusalOf(() => authenticator.authenticate(`guess ${guess}`)),
    );
    expect(state.lookups).toBe(256);
    open();
    await Promise.all(guesses);
  });

  test('refuses a secret that is too long without asking the store', async () => {
    const { authenticator, state } = setUp();
    await refusalOf(() => authenticator.authenticate('x'.repeat(513)));
    expect(state.lookups).toBe(0);
  });

  test('refuses a revoked key', async () => {
    const { authenticator } = setUp(apiKey({ revokeTime: new Date(1) }));
    expect(await refusalOf(() => authenticator.authenticate(secret))).toMatchObject({
      reason: 'API_KEY_REVOKED',
    });
  });

  test('refuses a key from the moment it expires, also when it is remembered', async () => {
    const { authenticator, state } = setUp(apiKey({ expireTime: new Date(1_001_000) }));
    await authenticator.authenticate(secret);
    state.ms = 1_001_000;
    expect(await refusalOf(() => authenticator.authenticate(secret))).toMatchObject({
      reason: 'API_KEY_EXPIRED',
    });
  });

  test('asks again at once for a key that it was told to forget', async () => {
    const { authenticator, state } = setUp();
    await authenticator.authenticate(secret);
    state.key = apiKey({ revokeTime: new Date(1) });
    authenticator.forget('key-1');
    expect(await refusalOf(() => authenticator.authenticate(secret))).toMatchObject({
      reason: 'API_KEY_REVOKED',
    });
  });

  test('what was read before a key was forgotten does not outlive it', async () => {
    const { authenticator, state } = setUp();
    const { closed, open } = gate();
    state.gate = closed;
    const early = authenticator.authenticate(secret);
    state.key = apiKey({ revokeTime: new Date(1) });
    authenticator.forget('key-1');
    open();
    await early;
    expect(await refusalOf(() => authenticator.authenticate(secret))).toMatchObject({
      reason: 'API_KEY_REVOKED',
    });
  });

  test('nobody joins a lookup that began before a key was forgotten', async () => {
    const { authenticator, state } = setUp();
    const { closed, open } = gate();
    state.gate = closed;
    const early = authenticator.authenticate(secret);
    state.key = apiKey({ revokeTime: new Date(1) });
    authenticator.forget('key-1');
    const late = refusalOf(() => authenticator.authenticate(secret));
    open();
    await early;
    expect(await late).toMatchObject({ reason: 'API_KEY_REVOKED' });
  });

  test('keeps no secret in what it remembers of a failure', async () => {
    const { authenticator } = setUp();
    const refusal = (await refusalOf(() => authenticator.authenticate('weft_canary00_do-not-show'))) as Error;
    expect(`${refusal.message} ${JSON.stringify(refusal)}`).not.toContain('canary');
  });
});
