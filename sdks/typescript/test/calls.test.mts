// What calls carry, what they answer when they are refused, and what the settings refuse.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Weft, WeftError } from '@weft/sdk';
import { chat, connect, key, newUser, seenByTheServer, type Seen, textOf } from './scripted.mts';

const weft = connect();
after(() => weft.close());

const everyDetail = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'RATE_LIMITED',
  message: 'Slow down.',
  metadata: { limit: '5' },
  fieldViolations: [{ field: 'call.messages', description: 'must not be empty' }],
  quotaViolations: [{ subject: 'requests_per_minute', description: 'The limit was passed.' }],
  retryDelayMs: 1500,
};

function assertDeadline({ deadlineMs }: Seen, expectedMs: number): void {
  assert.ok(deadlineMs > expectedMs - 5000 && deadlineMs < expectedMs + 2000, `${deadlineMs}`);
}

test('a call carries the key and says who sends it', async () => {
  const { authorization, userAgent } = await seenByTheServer(weft);
  assert.equal(authorization, `Bearer ${key}`);
  assert.match(userAgent, /^weft-sdk-typescript\/\d/);
});

test('a call has the deadline of 10 minutes by default', async () => {
  const patient = connect({ timeoutMs: undefined });
  assertDeadline(await seenByTheServer(patient), 600_000);
  patient.close();
});

test('a call has the deadline of the client', async () => {
  assertDeadline(await seenByTheServer(weft), 30_000);
});

test('a call may have a deadline of its own', async () => {
  assertDeadline(await seenByTheServer(weft, { timeoutMs: 7000 }), 7000);
  assertDeadline(await seenByTheServer(weft, { timeoutMs: 70_000 }), 70_000);
});

test('a stream may have a deadline of its own', async () => {
  const chatInit = { model: 'mirror', messages: 'Hello' };
  assertDeadline(JSON.parse(await textOf(weft.streamChat(chatInit))) as Seen, 30_000);
  assertDeadline(JSON.parse(await textOf(weft.streamChat(chatInit, { timeoutMs: 7000 }))) as Seen, 7000);
});

test('a refusal is a typed error with every detail', async () => {
  await assert.rejects(chat(weft, 'refusal'), { name: 'WeftError', ...everyDetail });
});

test('a stream that is refused is too', async () => {
  const stream = weft.streamChat({ model: 'status-after-events', messages: 'Hello' });
  await assert.rejects(textOf(stream), { name: 'WeftError', ...everyDetail });
});

test('a failed event is a typed error with its details', async () => {
  const stream = weft.streamChat({ model: 'failed', messages: 'Hello' });
  const { code, reason, message, metadata, retryDelayMs } = everyDetail;
  await assert.rejects(textOf(stream), { name: 'WeftError', code, reason, message, metadata, retryDelayMs });
});

test('an answer without a message, or with two, is an error', async () => {
  await assert.rejects(chat(weft, 'nothing'), WeftError);
  await assert.rejects(chat(weft, 'twice'), WeftError);
});

test('nothing is sent twice', async () => {
  const user = newUser();
  await assert.rejects(chat(weft, 'unavailable', { user }), { code: 'UNAVAILABLE' });
  assert.equal((await seenByTheServer(weft, { user })).attempts, 2);
});

test('settings that cannot be are refused', () => {
  for (const wrong of ['', 'weft_1\n', 'weft 1'])
    assert.throws(() => new Weft('127.0.0.1:9090', wrong), /the key must be/);
  assert.throws(() => new Weft('', key), /the address must be/);
  assert.throws(() => new Weft('127.0.0.1:9090', key, { timeoutMs: 0 }), RangeError);
});
