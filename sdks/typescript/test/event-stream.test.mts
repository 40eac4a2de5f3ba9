// The stream contract, from events that no honest server sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { logging, orchestrator, StreamTruncatedError } from '@weft/sdk';
import { checkedEvents } from '../dist/event-stream.js';

const schema = orchestrator.StreamChatResponseSchema;
type Event = MessageInitShape<typeof schema>['event'];

const started: Event = { case: 'started', value: { runId: 'run' } };
const text: Event = { case: 'text', value: { text: 'word' } };
const heartbeat: Event = { case: 'heartbeat', value: {} };
const completed: Event = { case: 'completed', value: {} };

test('gives every event but heartbeats', async () => {
  const events = await read(numbered(started, heartbeat, text, completed));
  assert.deepEqual(
    events.map(({ event }) => event.case),
    ['started', 'text', 'completed'],
  );
});

const broken = {
  'nothing came': [],
  'the terminal event is missing': numbered(started, text),
  'a heartbeat is last': numbered(started, text, heartbeat),
  'an event is missing': numbered(started, text, text, completed).toSpliced(1, 1),
  'an event comes twice': numbered(started, text, completed).flatMap((event, at) =>
    at === 1 ? [event, event] : [event],
  ),
  'the terminal event comes twice': numbered(started, completed, completed),
};
for (const [fault, events] of Object.entries(broken))
  test(`throws when ${fault}`, async () => {
    await assert.rejects(read(events), StreamTruncatedError);
  });

test('throws the error of a failed event', async () => {
  const retryDelay = { seconds: 1n, nanos: 500_000_000 };
  const error = {
    code: 8,
    reason: 'RATE_LIMITED',
    message: 'Slow down.',
    metadata: { limit: '5' },
    retryDelay,
  };
  await assert.rejects(read(numbered(started, { case: 'failed', value: { error } })), {
    code: 'RESOURCE_EXHAUSTED',
    reason: 'RATE_LIMITED',
    metadata: { limit: '5' },
    retryDelayMs: 1500,
  });
});

test('lets a stream just end whose contract has no terminal event', async () => {
  const records = [1n, 2n].map((sequence) => create(logging.TailRecordsResponseSchema, { sequence }));
  const passed = [];
  for await (const record of checkedEvents(iterable(records), logging.TailRecordsResponseSchema))
    passed.push(record);
  assert.deepEqual(passed, records);
});

function numbered(...events: Event[]): orchestrator.StreamChatResponse[] {
  return events.map((event, at) => create(schema, { sequence: BigInt(at + 1), event }));
}

async function read(events: orchestrator.StreamChatResponse[]): Promise<orchestrator.StreamChatResponse[]> {
  const passed = [];
  for await (const event of checkedEvents(iterable(events), schema)) passed.push(event);
  return passed;
}

async function* iterable<Item>(items: Item[]): AsyncGenerator<Item> {
  yield* items;
}
