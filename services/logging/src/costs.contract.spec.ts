import { logging } from '@weft/contracts';
import { metrics } from '@weft/runtime';

import { consumeEvents } from './consume-events';
import { PostgresEventStore } from './postgres-event-store';
import { PriceList } from './price-list';
import { RecordFeed } from './record-feed';
import { useLoggingStand, range, type RunInput, runFinished } from './logging-stand.fixture';

const prices = { currency: 'EUR', models: { 'small*': { input: 1, cached_input: 0.5, output: 2 } } };

const stand = useLoggingStand({ WEFT_MODEL_PRICES: JSON.stringify(prices) });

afterEach(() => jest.restoreAllMocks());

/** A tenant with runs of these calls. */
async function tenantWith(...calls: NonNullable<RunInput['calls']>) {
  const tenant = stand.newTenant();
  await stand.publish([runFinished(tenant.tenantId, { calls })]);
  return tenant;
}

const euros = (nanos: number) => ({ currencyCode: 'EUR', units: 0, nanos });

it('writes what a call costs into its row', async () => {
  const { usage } = await tenantWith({
    model: 'small-2026',
    usage: { inputTokens: 1_500_000, cachedInputTokens: 500_000, outputTokens: 5 },
  });
  const [row] = (await usage.listUsageRecords({})).records;
  expect(row!.cost).toEqual({ currencyCode: 'EUR', units: 1, nanos: 250_010_000 });
});

it('leaves the cost of a call unset when nobody said what its model costs', async () => {
  const { usage } = await tenantWith({ model: 'unknown' });
  expect((await usage.listUsageRecords({})).records[0]!.cost).toBeUndefined();
});

it('bills a call that failed or was cancelled for what it took', async () => {
  const { usage } = await tenantWith({ outcome: 'failed' }, { outcome: 'cancelled' });
  const { records } = await usage.listUsageRecords({});
  expect(records.map(({ cost }) => cost)).toEqual([euros(20_000), euros(20_000)]);
});

it('sums the rows exactly, and says how many have no price', async () => {
  const usage = { inputTokens: 1, outputTokens: 0 };
  const tenant = await tenantWith(...Array(3).fill({ usage }), { model: 'unknown' }, { model: 'unknown' });
  const { sums } = await tenant.usage.queryUsage(range());
  expect(sums).toMatchObject([{ calls: 5, costs: [euros(3000)], unpricedCalls: 2 }]);
});

it('keeps costs apart as it keeps usage apart', async () => {
  const { usage } = await tenantWith({ model: 'small-1' }, { model: 'small-2' }, { model: 'unknown' });
  const { sums } = await usage.queryUsage(range({ groupBy: [logging.Dimension.MODEL] }));
  expect(sums.map(({ model, costs, unpricedCalls }) => [model, costs, unpricedCalls])).toEqual([
    ['small-1', [euros(20_000)], 0],
    ['small-2', [euros(20_000)], 0],
    ['unknown', [], 1],
  ]);
});

it('keeps a row as it is when prices change, and adds no two currencies', async () => {
  const { tenantId, usage } = await tenantWith({});
  const model = { input: 10, cachedInput: undefined, output: 20 };
  const handle = consumeEvents({
    store: new PostgresEventStore(stand.service.database),
    feed: new RecordFeed(),
    prices: new PriceList({ currencyCode: 'USD', models: { small: model } }),
  });
  await handle([runFinished(tenantId)]);
  const { sums } = await usage.queryUsage(range());
  const dollars = { currencyCode: 'USD', units: 0, nanos: 200_000 };
  expect(sums).toMatchObject([{ calls: 2, costs: [euros(20_000), dollars], unpricedCalls: 0 }]);
});

it('has metrics tell of each row once', async () => {
  const { tenantId } = stand.newTenant();
  const cost = jest.spyOn(metrics.cost, 'add');
  const unpriced = jest.spyOn(metrics.unpricedCalls, 'add');
  const event = runFinished(tenantId, {
    calls: [{ model: 'small-3' }, { model: 'never-heard-of', outcome: 'failed' }],
  });
  await stand.publish([event, event]);
  await stand.publish([event]);
  expect([cost.mock.calls, unpriced.mock.calls]).toEqual([
    [
      [
        0.00002,
        { 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': 'small-3', 'weft.currency': 'EUR' },
      ],
    ],
    [[1, { 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': '_OTHER' }]],
  ]);
});
