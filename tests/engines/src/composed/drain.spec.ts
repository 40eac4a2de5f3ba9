import { type ComposedWeft, startComposedWeft } from './composed-weft';
import { chat, eventually, streamChat } from './chat-client';

/*
 * Goal: SIGTERM lets what is open finish within the drain time, ends the rest with an error to be tried again, and the process is gone
 * within two seconds more.
 * Method: eleven processes with a drain of two seconds; the three that a stream crosses are stopped while one is open.
 */

const drainMs = 2000;
const exitMarginMs = 2000;
const crossed = ['gateway', 'orchestrator', 'llm'] as const;
let weft: ComposedWeft;

beforeAll(async () => {
  weft = await startComposedWeft({ env: { WEFT_DRAIN_TIMEOUT_MS: String(drainMs) } });
});
afterAll(() => weft?.stop());

beforeEach(async () => {
  weft.provider.reset();
  await eventually(
    () => chat(weft.cluster),
    ({ status }) => status === 200,
  );
});

async function stopAndStartAgain(
  name: (typeof crossed)[number],
): Promise<{ code: number | null; tookMs: number }> {
  const replica = weft.cluster.replica(name);
  const began = performance.now();
  const code = await replica.end('SIGTERM');
  const tookMs = performance.now() - began;
  replica.start();
  await replica.ready();
  return { code, tookMs };
}

describe.each(crossed)('SIGTERM to %s', (name) => {
  it('lets a stream finish that is shorter than the drain', async () => {
    weft.provider.enqueue({ text: ['one ', 'two ', 'three'], delayBetweenTokensMs: 300 });
    const stream = await streamChat(weft.cluster);
    await stream.until('one ');
    const { code } = await stopAndStartAgain(name);
    expect([code, (await stream.ended).trimEnd().endsWith('data: [DONE]')]).toEqual([0, true]);
  });

  it('ends one that is longer with an error to be tried again, and exits within two seconds more', async () => {
    weft.provider.enqueue({ text: ['one ', 'two ', 'three'], stall: { at: 2 } });
    const stream = await streamChat(weft.cluster);
    await stream.until('two ');
    const { code, tookMs } = await stopAndStartAgain(name);
    const body = await stream.ended;
    expect([
      code,
      tookMs < drainMs + exitMarginMs,
      body.includes('[DONE]'),
      body.includes('"code":"draining"'),
    ]).toEqual([0, true, false, true]);
  });
});
