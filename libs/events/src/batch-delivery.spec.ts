import { measureMetrics, metrics, silentLogger } from '@weft/runtime';
import { BatchDelivery } from './batch-delivery';

beforeEach(() => measureMetrics(true));
afterEach(() => measureMetrics(false));

it('counts the dead letters of a consumer from zero: an alert must see the first', () => {
  const handle = () => Promise.resolve();
  new BatchDelivery(
    { consumer: 'ledger', handle },
    { logger: silentLogger, attemptsMax: 1, retryDelayMs: 1 },
  );
  expect(metrics.deadLetters.read()).toEqual([
    { labels: { 'messaging.consumer.group.name': 'ledger' }, value: { total: 0 } },
  ]);
});
