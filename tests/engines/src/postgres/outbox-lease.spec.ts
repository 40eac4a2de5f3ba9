import { setTimeout as sleep } from 'node:timers/promises';

import { outboxStatement } from '@weft/postgres';

import { createOwnDatabase, type OwnDatabase, runSql } from './own-database.fixture';
import { type RelayingProcess, startRelayingProcess } from './relaying-process.fixture';
import { openThings, type OpenThings, until } from './things.fixture';

// Three replicas of one service, each a process with a relay.

let own: OwnDatabase;
let things: OpenThings;
const replicas: RelayingProcess[] = [];
let written: string[];
let leaseMs = 300;

beforeEach(async () => {
  own = await createOwnDatabase();
  things = await openThings(own.url);
  written = [];
});

afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.kill();
  await things.engine.close();
  await own.drop();
});

function startReplicas(count: number): void {
  for (let index = 0; index < count; index++) replicas.push(startRelayingProcess(own.url, leaseMs));
}

async function write(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const id = `event-${written.length + 1}`;
    written.push(id);
    const event = { id, subject: 'weft.test.happened.v1', tenantId: 'acme', payload: Buffer.from([1]) };
    await things.database.batch('acme', [outboxStatement([event])]);
  }
}

/** Waits until the outbox is empty: everything is published and deleted. */
async function drained(): Promise<void> {
  const ask = async () => {
    await sleep(5);
    return await runSql(own.url, 'select count(*)::int as count from things.outbox');
  };
  await until(ask, ([row]) => row!.count === 0);
}

function publishedIds(): string[] {
  return replicas.flatMap(({ published }) => published);
}

it('one replica relays at a time: each event goes out once, in order, from one of them', async () => {
  leaseMs = 5_000;
  startReplicas(3);
  await write(200);
  await drained();
  await until(
    () => sleep(5),
    () => publishedIds().length >= written.length,
  );
  const relaying = replicas.filter(({ published }) => published.length > 0);
  expect([relaying.length, publishedIds()]).toEqual([1, written]);
});

it('another replica takes over when the one that relays is killed, and nothing is lost', async () => {
  leaseMs = 300;
  startReplicas(2);
  await write(20);
  await drained();
  const relaying = replicas.find(({ published }) => published.length > 0)!;
  const writing = write(50);
  await relaying.kill();
  await writing;
  await drained();
  await until(
    () => sleep(5),
    () => new Set(publishedIds()).size === written.length,
  );
  expect(new Set(publishedIds())).toEqual(new Set(written));
});
