import { post } from '../door';
import { type ComposedWeft, startComposedWeft } from './composed-weft';
import { chat, eventually } from './chat-client';

/*
 * Goal: NATS may be away for a minute: no request fails, nothing is lost, nothing is counted twice.
 * Method: eleven processes on a NATS server of their own, which is killed, and started again after the minute.
 */

const awayMs = 60_000;
let weft: ComposedWeft;

beforeAll(async () => {
  weft = await startComposedWeft();
});
afterAll(() => weft?.stop());

const ledgerOf = async (requestId: string): Promise<number> => {
  const { body } = await post(weft.cluster, 'weft.logging.v1.UsageService/ListUsageRecords', { requestId });
  return body.records?.length ?? 0;
};

it('serves every request meanwhile, and has each in the ledger once when NATS is back', async () => {
  await weft.engines.nats!.kill();
  const endsAt = performance.now() + awayMs;
  const statuses = new Map<string, number>();
  while (performance.now() < endsAt) {
    const id = `away-${statuses.size}`;
    statuses.set(id, (await chat(weft.cluster, 'Hi', id)).status);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await weft.engines.nats!.restart();

  const last = [...statuses.keys()].at(-1)!;
  await eventually(
    () => ledgerOf(last),
    (rows) => rows > 0,
  );
  const rows = await Promise.all([...statuses.keys()].map(ledgerOf));
  expect([
    [...statuses.values()].filter((status) => status !== 200),
    rows.filter((count) => count !== 1),
  ]).toEqual([[], []]);
});

it('starts a service while NATS is away, and delivers when it is back', async () => {
  await weft.engines.nats!.stop();
  const orchestrator = weft.cluster.replica('orchestrator');
  await orchestrator.end('SIGTERM');
  orchestrator.start();
  await orchestrator.ready();
  const { status } = await eventually(
    () => chat(weft.cluster, 'Hi', 'started-without-nats'),
    (answer) => answer.status === 200,
  );
  await weft.engines.nats!.restart();
  const rows = await eventually(
    () => ledgerOf('started-without-nats'),
    (count) => count > 0,
  );
  expect([status, rows]).toEqual([200, 1]);
});
