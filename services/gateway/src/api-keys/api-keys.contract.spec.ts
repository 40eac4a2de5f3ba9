import { useGatewayStand } from '../gateway-stand.fixture';

const stand = useGatewayStand();

const service = '/weft.gateway.v1.ApiKeyService';

/** The payload of the event on a subject that tells of a key, when it has come. */
async function published(subject: string, keyId: string): Promise<Buffer> {
  const latest = Date.now() + 10_000;
  for (;;) {
    const found = stand.published.find(
      (event) => event.subject === subject && Buffer.from(event.payload).includes(keyId),
    );
    if (found !== undefined) return Buffer.from(found.payload);
    if (Date.now() > latest) throw new Error(`no event ${subject} of the key came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

interface Key {
  id: string;
  tenantId: string;
  prefix: string;
  scopes: string[];
  revokeTime?: string;
}

async function call<Answer>(
  method: string,
  body: object,
  key?: string,
): Promise<{ status: number; body: Answer }> {
  const response = await stand.rpc(`${service}/${method}`, body, key);
  return { status: response.status, body: (await response.json()) as Answer };
}

async function create(fields: object, maker?: string) {
  return call<{ apiKey: Key; secret: string }>('CreateApiKey', { displayName: 'test', ...fields }, maker);
}

const statusWith = async (key: string) =>
  (await stand.rpc('/weft.gateway.v1.QuotaService/GetQuota', {}, key)).status;

describe('CreateApiKey', () => {
  test('makes a key that works', async () => {
    const { body } = await create({ scopes: ['quota:read'] });
    expect(await statusWith(body.secret)).toBe(200);
  });

  test('answers with the key and its secret', async () => {
    const { body } = await create({ scopes: ['chat:write'], requestsPerMinute: 5 });
    expect(body).toMatchObject({
      apiKey: { tenantId: 'default', displayName: 'test', scopes: ['chat:write'], requestsPerMinute: 5 },
      secret: expect.stringMatching(/^weft_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/),
    });
  });

  test('shows of the secret its beginning', async () => {
    const { body } = await create({});
    expect([body.apiKey.prefix.length, body.secret.startsWith(`${body.apiKey.prefix}_`)]).toEqual([13, true]);
  });

  test('takes the scopes of its maker when none are named', async () => {
    const maker = await stand.makeKey({ scopes: ['keys:write', 'chat:write'] });
    expect((await create({}, maker)).body.apiKey.scopes).toEqual(['keys:write', 'chat:write']);
  });

  test.each([
    [['keys:write'], ['chat:write'], 403],
    [['keys:write'], ['*'], 403],
    [['*'], ['tenants:admin'], 403],
    [['*'], ['*'], 200],
    [['*'], ['chat:write'], 200],
    [['keys:write', 'tenants:admin'], ['tenants:admin'], 200],
    [['keys:write', 'tenants:admin'], ['chat:write'], 403],
  ])('a key with %j may grant %j: %s', async (own, granted, status) => {
    const maker = await stand.makeKey({ scopes: own });
    expect((await create({ scopes: granted }, maker)).status).toBe(status);
  });

  test('makes a tenant by its first key, with tenants:admin', async () => {
    expect((await create({ tenantId: 'acme', scopes: ['*'] })).body.apiKey.tenantId).toBe('acme');
  });

  test('makes no key for another tenant without tenants:admin', async () => {
    const maker = await stand.makeKey({ scopes: ['*'] });
    expect((await create({ tenantId: 'elsewhere', scopes: ['chat:write'] }, maker)).status).toBe(403);
  });

  test('takes the own tenant by its name', async () => {
    const maker = await stand.makeKey({ scopes: ['*'] });
    expect((await create({ tenantId: 'default' }, maker)).status).toBe(200);
  });

  test.each([
    [{ displayName: '' }, 'display_name'],
    [{ scopes: ['Chat'] }, 'scopes[0]'],
    [{ tenantId: 'Not A Tenant' }, 'tenant_id'],
    [{ requestsPerMinute: -1 }, 'requests_per_minute'],
    [{ expireTime: '2001-01-01T00:00:00Z' }, 'expire_time'],
  ])('refuses %j and names %s', async (fields, field) => {
    const response = await stand.rpc(`${service}/CreateApiKey`, { displayName: 'test', ...fields });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(`${field}:`)]);
  });

  test('keeps no secret in the database', async () => {
    const { body } = await create({});
    const rows = await stand.database.query(
      'default',
      'select t::text as row from api_keys t union all select o::text from outbox o',
    );
    expect(JSON.stringify(rows)).not.toContain(body.secret.slice(14));
  });

  test('tells of it in an event, without the secret', async () => {
    const { body } = await create({ scopes: ['chat:write'] });
    const event = await published('weft.gateway.api_key_created.v1', body.apiKey.id);
    expect([event.includes(body.apiKey.id), event.includes(body.secret)]).toEqual([true, false]);
  });
});

describe('GetApiKey', () => {
  test('gets a key without its secret', async () => {
    const { body } = await create({ scopes: ['chat:write'] });
    const found = await call<{ apiKey: Key }>('GetApiKey', { id: body.apiKey.id });
    expect(found.body).toEqual({ apiKey: body.apiKey });
  });

  test("another tenant's key is NOT_FOUND", async () => {
    const theirs = await stand.makeKey({ tenantId: 'acme', scopes: ['*'] });
    const { body } = await create({});
    expect((await call('GetApiKey', { id: body.apiKey.id }, theirs)).status).toBe(404);
  });
});

describe('ListApiKeys', () => {
  test("lists the tenant's own keys newest first, over pages", async () => {
    const admin = (await create({ tenantId: 'lister', scopes: ['*'] })).body;
    const made = [admin.apiKey.id];
    for (let key = 0; key < 4; key += 1) made.unshift((await create({}, admin.secret)).body.apiKey.id);
    const listed: string[] = [];
    for (let pageToken = ''; ;) {
      const { body } = await call<{ apiKeys: Key[]; nextPageToken?: string }>(
        'ListApiKeys',
        { pageSize: 2, pageToken },
        admin.secret,
      );
      listed.push(...body.apiKeys.map(({ id }) => id));
      pageToken = body.nextPageToken ?? '';
      if (pageToken === '') break;
    }
    expect(listed).toEqual(made);
  });

  test('takes no page token of another tenant', async () => {
    const theirs = await stand.makeKey({ tenantId: 'acme', scopes: ['*'] });
    await create({});
    const { body } = await call<{ nextPageToken: string }>('ListApiKeys', { pageSize: 1 });
    expect((await call('ListApiKeys', { pageToken: body.nextPageToken }, theirs)).status).toBe(400);
  });

  test('takes no page token that was written by hand', async () => {
    await create({});
    const { body } = await call<{ nextPageToken: string }>('ListApiKeys', { pageSize: 1 });
    const [seal] = JSON.parse(Buffer.from(body.nextPageToken, 'base64url').toString()) as [string];
    const forged = Buffer.from(JSON.stringify([seal, 'yesterday', {}])).toString('base64url');
    expect((await call('ListApiKeys', { pageToken: forged })).status).toBe(400);
  });
});

describe('RevokeApiKey', () => {
  test('the next call with the key is refused', async () => {
    const { body } = await create({ scopes: ['quota:read'] });
    const before = await statusWith(body.secret);
    await call('RevokeApiKey', { id: body.apiKey.id });
    expect([before, await statusWith(body.secret)]).toEqual([200, 401]);
  });

  test('the key stays in the list, revoked', async () => {
    const { body } = await create({});
    await call('RevokeApiKey', { id: body.apiKey.id });
    const { body: list } = await call<{ apiKeys: Key[] }>('ListApiKeys', { pageSize: 1 });
    expect(list.apiKeys[0]).toMatchObject({ id: body.apiKey.id, revokeTime: expect.any(String) });
  });

  test('revoking again changes nothing', async () => {
    const { body } = await create({});
    const first = await call('RevokeApiKey', { id: body.apiKey.id });
    expect(await call('RevokeApiKey', { id: body.apiKey.id })).toEqual(first);
  });

  test('is told of once in an event', async () => {
    const { body } = await create({});
    await call('RevokeApiKey', { id: body.apiKey.id });
    await call('RevokeApiKey', { id: body.apiKey.id });
    // Events come in order: when that of a later key is there, all of this one are.
    const later = await create({});
    await published('weft.gateway.api_key_created.v1', later.body.apiKey.id);
    const told = stand.published.filter(({ subject }) => subject === 'weft.gateway.api_key_revoked.v1');
    expect(told.filter(({ payload }) => Buffer.from(payload).includes(body.apiKey.id))).toHaveLength(1);
  });

  test("another tenant's key is NOT_FOUND and goes on working", async () => {
    const theirs = await stand.makeKey({ tenantId: 'acme', scopes: ['*'] });
    const { body } = await create({ scopes: ['quota:read'] });
    const { status } = await call('RevokeApiKey', { id: body.apiKey.id }, theirs);
    expect([status, await statusWith(body.secret)]).toEqual([404, 200]);
  });
});

describe('the requests of a key', () => {
  const quota = (key: string) => stand.rpc('/weft.gateway.v1.QuotaService/GetQuota', {}, key);

  test('are limited with 429 and Retry-After', async () => {
    const key = await stand.makeKey({ scopes: ['quota:read'], requestsPerMinute: 2 });
    const answers = [await quota(key), await quota(key), await quota(key)];
    expect([answers.map(({ status }) => status), Number(answers[2]?.headers.get('retry-after')) > 0]).toEqual(
      [[200, 200, 429], true],
    );
  });

  test('are told by GetQuota', async () => {
    const key = await stand.makeKey({ scopes: ['quota:read'], requestsPerMinute: 10 });
    await quota(key);
    expect(await (await quota(key)).json()).toMatchObject({
      requestsPerMinute: 10,
      requestsRemaining: 8,
      resetTime: expect.any(String),
    });
  });

  test('the limit says why and when to try again', async () => {
    const key = await stand.makeKey({ scopes: ['quota:read'], requestsPerMinute: 1 });
    await quota(key);
    const { code, details } = (await (await quota(key)).json()) as {
      code: string;
      details: { type: string }[];
    };
    expect([code, details.map(({ type }) => type)]).toEqual([
      'resource_exhausted',
      ['google.rpc.ErrorInfo', 'google.rpc.RetryInfo', 'google.rpc.QuotaFailure'],
    ]);
  });
});

describe('ensureAdminKey', () => {
  test('made a key that may do everything, other tenants included', async () => {
    expect((await create({ tenantId: 'by-admin' })).status).toBe(200);
  });

  test('makes no second one', async () => {
    const secret = 'some-admin-key-of-mine';
    await stand.instance.ensureAdminKey({ secret, tenantId: 'admins', scopes: ['*'] });
    await stand.instance.ensureAdminKey({ secret, tenantId: 'admins', scopes: ['*'] });
    const { body } = await call<{ apiKeys: Key[] }>('ListApiKeys', {}, secret);
    expect(body.apiKeys).toHaveLength(1);
  });

  test('gives no revoked key its powers back', async () => {
    const secret = 'admin-key-that-leaked';
    await stand.instance.ensureAdminKey({ secret, tenantId: 'leak', scopes: ['*'] });
    const { body } = await call<{ apiKeys: Key[] }>('ListApiKeys', {}, secret);
    await call('RevokeApiKey', { id: body.apiKeys[0]!.id }, secret);
    await stand.instance.ensureAdminKey({ secret, tenantId: 'leak', scopes: ['*'] });
    expect((await call('ListApiKeys', {}, secret)).status).toBe(401);
  });
});
