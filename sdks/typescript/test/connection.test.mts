// The connection: who is spoken to, how much goes through, when it dies, and that nothing of it is left.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Weft, WeftError } from '@weft/sdk';
import { keepalive } from '../dist/channel-options.js';
import { address, chat, comesTrue, connect, key, newUser, seenByTheServer, textOf } from './scripted.mts';

const tlsAddress = process.env['WEFT_SCRIPTED_TLS_ADDRESS']!.replace('127.0.0.1', 'localhost');

test("an authority of one's own is trusted when it is given", async () => {
  const rootCertificates = readFileSync(process.env['WEFT_SCRIPTED_CA_FILE']!);
  const weft = new Weft(tlsAddress, key, { rootCertificates });
  assert.equal(await chat(weft, 'echo'), 'Hello');
  weft.close();
});

test('an authority that nobody gave is not trusted', async () => {
  const weft = new Weft(tlsAddress, key);
  await assert.rejects(chat(weft, 'echo'), { name: 'WeftError', code: 'UNAVAILABLE' });
  weft.close();
});

test('plaintext is not spoken unless that is asked for', async () => {
  const user = newUser();
  const careful = new Weft(address.replace('127.0.0.1', 'localhost'), key);
  await assert.rejects(chat(careful, 'echo', { user }), { name: 'WeftError', code: 'UNAVAILABLE' });
  careful.close();
  const weft = connect();
  assert.equal((await seenByTheServer(weft, { user })).attempts, 1);
  weft.close();
});

test('messages of more than 4 MiB go both ways', async () => {
  const weft = connect();
  const content = 'a'.repeat(5 * 1024 * 1024);
  assert.equal((await chat(weft, 'echo', { content })).length, content.length);
  weft.close();
});

test('streams go side by side on one client', async () => {
  const weft = connect();
  const texts = Array.from({ length: 20 }, (_, number) => `the answer to question ${number}`);
  const answers = texts.map((text) => textOf(weft.streamChat({ model: 'echo', messages: text })));
  assert.deepEqual(
    await Promise.all(answers),
    texts.map((text) => text.replaceAll(' ', '')),
  );
  weft.close();
});

test('streams that are left are cancelled and leave nothing', async () => {
  const weft = connect();
  const user = newUser();
  const { signal } = new AbortController();
  for (let count = 0; count < 50; count += 1)
    for await (const { event } of weft.streamChat(
      { model: 'endless', messages: 'Hello', user },
      { signal },
    )) {
      assert.equal(event.case, 'text');
      break;
    }
  assert.ok(await comesTrue(async () => (await seenByTheServer(weft, { user })).openStreams === 0));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  weft.close();
});

test('a stream of a client that is closed ends with an error', async () => {
  const weft = connect();
  const user = newUser();
  const stream = weft.streamChat({ model: 'endless', messages: 'Hello', user });
  await stream.next();
  weft.close();
  await assert.rejects(textOf(stream), { name: 'WeftError', code: 'CANCELLED' });
});

test('a client that is closed makes no calls', async () => {
  const weft = connect();
  // As the end of a block does to what `using` holds.
  weft[Symbol.dispose]();
  await assert.rejects(chat(weft, 'echo'), WeftError);
  await assert.rejects(textOf(weft.streamChat({ model: 'echo', messages: 'Hello' })), WeftError);
});

test('a connection that died in silence is noticed', async () => {
  // The real ones would make this test last half a minute.
  for (const name of Object.keys(keepalive)) keepalive[name as keyof typeof keepalive] = 1000;
  const weft = connect({ timeoutMs: 60_000 });
  const stream = weft.streamChat({ model: 'silence', messages: 'Hello' });
  await assert.rejects(textOf(stream), { name: 'WeftError', code: 'UNAVAILABLE' });
  weft.close();
});
