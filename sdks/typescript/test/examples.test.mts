// The examples run as they stand.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { forget, outcomeComes, script } from './provider.mts';

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

beforeEach(forget);

test('chat prints the answer', async () => {
  await script({ text: 'An example answers.' });
  assert.deepEqual(await run('chat.mts', 'Hello'), { code: 0, stdout: 'An example answers.\n', stderr: '' });
});

test('documents finds what it ingests, the second time too', async () => {
  const name = `typescript-${randomUUID().slice(0, 8)}`;
  for (let times = 0; times < 2; times += 1) {
    const { stdout, stderr } = await run('documents.mts', name);
    assert.match(stdout, /^owls\.md: .*hunt at night/s, stderr);
  }
});

test('documents tells what is wrong', async () => {
  const { code, stderr } = await run('documents.mts', 'No Such Name!');
  assert.match(stderr, /^INVALID_ARGUMENT .*\nname: /s);
  assert.equal(code, 1);
});

test('cancel hangs up on the provider', async () => {
  await script({ text: 'word ', repeat: 1000, delayBetweenTokensMs: 20 });
  assert.match((await run('cancel.mts')).stdout, /^word word word word/);
  assert.ok(await outcomeComes('hung-up'));
});

function run(example: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, WEFT_MODEL: 'fake-model' };
  const file = join(import.meta.dirname, '..', 'examples', example);
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
