import { doorMethods } from '../door/door-methods';
import { type FakeDoor, sendConnectError, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
  door.on(doorMethods.queryUsage, {
    sums: [
      {
        startTime: '2026-03-01T00:00:00Z',
        model: 'small',
        assistant: 'docs',
        calls: '3',
        usage: { inputTokens: '1200', outputTokens: '80' },
        costs: [
          { currencyCode: 'EUR', nanos: 700000 },
          { currencyCode: 'USD', units: '12', nanos: 500000000 },
        ],
      },
      { startTime: '2026-03-01T00:00:00Z', model: 'large', calls: '2', unpricedCalls: '2' },
    ],
  });
});
afterEach(() => door.close());

/** The table that the command prints, as cells. */
async function tableOf(...options: string[]): Promise<string[][]> {
  const { out } = await weft(['usage', ...options], { url: door.url });
  return out
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

it('shows what the calls of each model took and cost, and which have no price', async () => {
  expect(await tableOf()).toEqual([
    ['MODEL', 'CALLS', 'INPUT', 'OUTPUT', 'COST'],
    ['small', '3', '1200', '80', '0.0007 EUR, 12.50 USD'],
    ['large', '2', '0', '0', '2 without a price'],
  ]);
});

it('keeps days apart where it is asked to', async () => {
  const [headings, first] = await tableOf('--by', 'assistant', '--each', 'day');
  expect([headings!.slice(0, 2), first!.slice(0, 2)]).toEqual([
    ['BEGINS', 'ASSISTANT'],
    ['2026-03-01T00:00:00Z', 'docs'],
  ]);
});

it('asks for the last 30 days unless told', async () => {
  const before = Date.now();
  await weft(['usage'], { url: door.url });
  const { startTime, ...rest } = door.requests[0]!.body;
  const daysAgo = (before - Date.parse(String(startTime))) / 86_400_000;
  expect([Math.round(daysAgo), rest]).toEqual([30, { groupBy: ['DIMENSION_MODEL'] }]);
});

it('asks for what the options say', async () => {
  await weft(['usage', '--by', 'key', '--days', '7', '--each', 'hour'], { url: door.url });
  expect(door.requests[0]!.body).toMatchObject({ groupBy: ['DIMENSION_API_KEY'], interval: 'INTERVAL_HOUR' });
});

describe('by key', () => {
  const sums = [
    { apiKeyId: 'k1', calls: '3' },
    { apiKeyId: 'k9', calls: '1' },
  ];
  beforeEach(() => door.on(doorMethods.queryUsage, { sums }));

  it('shows the names of keys, and the ids of those that are not listed', async () => {
    door.on(doorMethods.listApiKeys, { apiKeys: [{ id: 'k1', displayName: 'ci' }] });
    const rows = await tableOf('--by', 'key');
    expect(rows.map(([key]) => key)).toEqual(['KEY', 'ci (k1)', 'k9']);
  });

  it('shows ids when the key that calls may not list keys', async () => {
    door.on(doorMethods.listApiKeys, (_request, response) =>
      sendConnectError(response, 403, 'permission_denied', 'The key lacks keys:read.'),
    );
    const rows = await tableOf('--by', 'key');
    expect(rows.map(([key]) => key)).toEqual(['KEY', 'k1', 'k9']);
  });
});

it('prints sums as lines of JSON', async () => {
  const { out } = await weft(['usage', '--json'], { url: door.url });
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { calls: string }).calls),
  ).toEqual(['3', '2']);
});

it.each([
  ['--by', 'tenant'],
  ['--days', '0'],
  ['--each', 'year'],
])('refuses %s %s', async (...options) => {
  const { exitCode } = await weft(['usage', ...options], { url: door.url });
  expect([exitCode, door.requests.length]).toEqual([2, 0]);
});
