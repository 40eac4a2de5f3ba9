import { doorMethods } from '../door/door-methods';
import { type FakeDoor, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

const key = { id: 'k1', tenantId: 'acme', displayName: 'ci', prefix: 'weft_ab', scopes: ['chat:write'] };

describe('keys create', () => {
  beforeEach(() => door.on(doorMethods.createApiKey, { apiKey: key, secret: 'weft_abcdef' }));

  it('prints the secret alone to standard output', async () => {
    const { out } = await weft(['keys', 'create', 'ci'], { url: door.url });
    expect(out).toBe('weft_abcdef\n');
  });

  it('asks for what the options say', async () => {
    const options = [
      '--scope',
      'chat:write',
      '--scope',
      'documents:read',
      '--tenant',
      'acme',
      '--requests-per-minute',
      '60',
    ];
    await weft(['keys', 'create', 'ci', ...options, '--expires', '2999-01-31T00:00:00Z'], { url: door.url });
    expect(door.requests[0]!.body).toEqual({
      displayName: 'ci',
      scopes: ['chat:write', 'documents:read'],
      tenantId: 'acme',
      requestsPerMinute: 60,
      expireTime: '2999-01-31T00:00:00.000Z',
    });
  });

  it('leaves to weft what is not given', async () => {
    await weft(['keys', 'create', 'ci'], { url: door.url });
    expect(door.requests[0]!.body).toEqual({ displayName: 'ci' });
  });

  it('counts days from now', async () => {
    const before = Date.now();
    await weft(['keys', 'create', 'ci', '--expires', '30d'], { url: door.url });
    const days = (Date.parse(String(door.requests[0]!.body['expireTime'])) - before) / 86_400_000;
    expect(Math.floor(days)).toBe(30);
  });

  it.each([['2001-01-01T00:00:00Z'], ['soon']])('refuses to let a key expire at %s', async (time) => {
    const { exitCode } = await weft(['keys', 'create', 'ci', '--expires', time], { url: door.url });
    expect({ exitCode, requests: door.requests.length }).toEqual({ exitCode: 2, requests: 0 });
  });
});

describe('keys list', () => {
  it('shows each key and how it stands', async () => {
    door.on(doorMethods.listApiKeys, {
      apiKeys: [
        key,
        { ...key, id: 'k2', revokeTime: '2026-01-01T00:00:00Z' },
        { ...key, id: 'k3', expireTime: '2026-01-01T00:00:00Z' },
      ],
    });
    const { out } = await weft(['keys', 'list'], { url: door.url });
    const rows = out.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows.slice(1, 4).map(([id, , , state]) => [id, state])).toEqual([
      ['k1', 'active'],
      ['k2', 'revoked'],
      ['k3', 'expired'],
    ]);
  });
});

describe('keys revoke', () => {
  it('revokes the key', async () => {
    door.on(doorMethods.revokeApiKey, { apiKey: { ...key, revokeTime: '2026-01-01T00:00:00Z' } });
    const { out } = await weft(['keys', 'revoke', 'k1'], { url: door.url });
    expect({ out, body: door.requests[0]!.body }).toEqual({ out: 'Revoked k1 (ci).\n', body: { id: 'k1' } });
  });
});
