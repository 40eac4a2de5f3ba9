import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import { silentLogger } from '@weft/runtime';
import { BuiltinProvider } from './builtin-provider';

/**
 * Stands for the model: the first number of a vector is the length of its text, the second how many texts the run had.
 * `crash` ends the thread, `fail` fails the run, `hold` waits until the channel says go.
 */
const scriptedWorker = `
const { parentPort, BroadcastChannel } = require('node:worker_threads');
const channel = new BroadcastChannel('embedding-test');
channel.unref();
parentPort.on('message', async ({ texts }) => {
  channel.postMessage({ began: texts });
  if (texts.includes('crash')) process.exit(7);
  if (texts.includes('fail')) return parentPort.postMessage({ error: 'out of memory' });
  if (texts.includes('hold')) await new Promise((resolve) => (channel.onmessage = ({ data }) => data === 'go' && resolve()));
  const vectors = new Float32Array(512 * texts.length);
  texts.forEach((text, index) => vectors.set([text.length, texts.length], index * 512));
  parentPort.postMessage({ vectors, tokenCounts: texts.map((text) => text.length) }, [vectors.buffer]);
});`;

describe('BuiltinProvider', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-embedding-'));
  const workerPath = join(folder, 'worker.js');
  const never = new AbortController().signal;
  let channel: BroadcastChannel;
  let began: string[][];
  let onBegan: () => void;
  let provider: BuiltinProvider;

  const start = (options: Partial<ConstructorParameters<typeof BuiltinProvider>[0]> = {}) => {
    provider = new BuiltinProvider({
      workers: 1,
      queueMax: 100,
      idleMs: 60_000,
      logger: silentLogger,
      workerPath,
      ...options,
    });
    return provider;
  };
  const embed = (...texts: string[]) => provider.embed('', texts, never);
  const numbersOf = async (answer: ReturnType<typeof embed>) =>
    (await answer).texts.map(({ vector }) => [...vector.slice(0, 2)]);
  const untilBegan = async (text: string) => {
    while (!began.flat().includes(text)) await new Promise<void>((resolve) => (onBegan = resolve));
  };

  beforeAll(() => writeFileSync(workerPath, scriptedWorker));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    began = [];
    onBegan = () => undefined;
    channel = new BroadcastChannel('embedding-test');
    channel.onmessage = (event: unknown) => {
      const { data } = event as { data: { began?: string[] } };
      if (data.began !== undefined) began.push(data.began);
      onBegan();
    };
  });
  afterEach(async () => {
    await provider.close();
    channel.close();
  });

  it('gives each text its own vector, in order', async () => {
    start();
    const lengths = (await numbersOf(embed('three', 'a', 'seven..'))).map(([length]) => length);
    expect(lengths).toEqual([5, 1, 7]);
  });

  it('puts texts of callers that wait together into one run', async () => {
    start();
    const held = embed('hold');
    await untilBegan('hold');
    const waiting = ['a', 'bb', 'ccc'].map((text) => numbersOf(embed(text)));
    channel.postMessage('go');
    await held;
    expect(await Promise.all(waiting)).toEqual([[[1, 3]], [[2, 3]], [[3, 3]]]);
  });

  it('runs no more threads than it may', async () => {
    start({ workers: 2 });
    const held = [embed('hold'), embed('hold')];
    while (began.length < 2) await new Promise<void>((resolve) => (onBegan = resolve));
    const third = embed('hold', 'third');
    channel.postMessage('go');
    await Promise.race(held);
    await untilBegan('third');
    const release = setInterval(() => channel.postMessage('go'), 5);
    await Promise.all([...held, third]);
    clearInterval(release);
    expect(began.length).toBe(3);
  });

  it('fails only the run in hand when a thread crashes', async () => {
    start();
    const held = embed('hold');
    await untilBegan('hold');
    const crashing = embed('crash').catch((error: unknown) => error);
    channel.postMessage('go');
    const outcomes = [await numbersOf(held), await crashing, await numbersOf(embed('after'))];
    expect(outcomes).toEqual([
      [[4, 1]],
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'EMBEDDING_WORKER_CRASHED' }),
      [[5, 1]],
    ]);
  });

  it('takes a new thread after a run that failed', async () => {
    start();
    await expect(embed('fail')).rejects.toMatchObject({ reason: 'EMBEDDING_WORKER_CRASHED' });
    expect(await numbersOf(embed('after'))).toEqual([[5, 1]]);
  });

  it('refuses more texts than may wait', async () => {
    start({ queueMax: 2 });
    const held = embed('hold');
    await untilBegan('hold');
    const waiting = embed('a', 'b');
    await expect(embed('c')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'EMBEDDING_QUEUE_FULL',
      retryDelayMs: 1000,
    });
    channel.postMessage('go');
    await Promise.all([held, waiting]);
  });

  it('drops what waits when its caller goes away', async () => {
    start();
    const held = embed('hold');
    await untilBegan('hold');
    const controller = new AbortController();
    const cancelled = provider.embed('', ['unwanted'], controller.signal).catch((error: unknown) => error);
    controller.abort();
    channel.postMessage('go');
    await Promise.all([held, embed('wanted')]);
    expect([await cancelled, began]).toEqual([
      expect.objectContaining({ code: 'CANCELLED' }),
      [['hold'], ['wanted']],
    ]);
  });

  it('starts nothing for a caller that has gone already', async () => {
    start();
    await expect(provider.embed('', ['a'], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends a thread without work, and starts another for the next text', async () => {
    start({ idleMs: 1 });
    const threads = jest.spyOn(provider as unknown as { startThread(): unknown }, 'startThread');
    await embed('a');
    while ((provider as unknown as { threads: Set<unknown> }).threads.size > 0)
      await new Promise((resolve) => setImmediate(resolve));
    await embed('b');
    expect(threads).toHaveBeenCalledTimes(2);
  });

  it('fails what is not done when it closes', async () => {
    start();
    const outcomes = [embed('hold'), embed('waiting')].map((answer) =>
      answer.catch((error: { code: string }) => error.code),
    );
    await untilBegan('hold');
    await provider.close();
    expect(await Promise.all(outcomes)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
  });

  it('cuts long texts before they reach the thread', async () => {
    start();
    expect(await numbersOf(embed('x'.repeat(100_000)))).toEqual([[2048, 1]]);
  });
});
