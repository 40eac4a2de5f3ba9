// Numbered streams whose contract has no terminal event. What the others must keep is in stream-contract.test.mts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { logging, StreamTruncatedError } from '@weft/sdk';
import { checkedEvents } from '../dist/event-stream.js';

const schema = logging.TailRecordsResponseSchema;

test('a stream whose contract has no terminal event may just end', async () => {
  assert.deepEqual(await read(1n, 2n), [1n, 2n]);
});

test('a stream whose contract has no terminal event is numbered without holes all the same', async () => {
  await assert.rejects(read(1n, 3n), StreamTruncatedError);
});

async function read(...sequences: bigint[]): Promise<bigint[]> {
  async function* responses() {
    for (const sequence of sequences) yield create(schema, { sequence });
  }
  const passed = [];
  for await (const { sequence } of checkedEvents(responses(), schema)) passed.push(sequence);
  return passed;
}
