import { type FakeProvider, startFakeProvider } from './fake-provider';
import { ask, open } from './read-answer.fixture';

const stream = { stream: true };

describe('the record', () => {
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await startFakeProvider({ maxRecordedRequests: 3 });
  });
  afterAll(() => provider.close());
  beforeEach(() => provider.reset());

  it('keeps the body', async () => {
    await ask(provider, { seed: 7 });
    expect(provider.requests[0]?.body).toMatchObject({ model: 'm', seed: 7 });
  });

  it('keeps a digest of the authorization and never the key', async () => {
    await ask(provider, {}, { authorization: 'Bearer secret-key' });
    const text = JSON.stringify(provider.requests);
    expect([/"authorization":"sha256:[0-9a-f]{16}"/.test(text), text.includes('secret-key')]).toEqual([
      true,
      false,
    ]);
  });

  it('tells a finished request', async () => {
    await ask(provider, stream);
    const seen = await provider.waitForRequest(({ outcome }) => outcome !== 'pending');
    expect([seen.outcome, seen.hungUpAt]).toEqual(['finished', undefined]);
  });

  it('keeps the order of its times', async () => {
    await ask(provider, stream);
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'finished');
    const times = [
      seen.receivedAt,
      seen.headersSentAt,
      seen.firstTokenAt,
      seen.lastTokenAt,
      seen.endedAt,
    ] as number[];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('tells that the client hung up, and when', async () => {
    provider.enqueue({ text: ['a', 'b'], stall: { at: 1 } });
    const { response } = await open(provider, stream);
    response.destroy();
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'hung-up');
    expect(seen.hungUpAt).toBeGreaterThanOrEqual(seen.receivedAt);
  });

  it('tells what it cut itself from what the client left', async () => {
    provider.enqueue({ text: ['a', 'b'], cut: { at: 1, how: 'reset' } });
    await ask(provider, stream);
    expect((await provider.waitForRequest(({ outcome }) => outcome !== 'pending')).outcome).toBe('cut');
  });

  it('counts what it sent, also when the client hung up', async () => {
    provider.enqueue({ text: ['a', 'b', 'c'], usage: 'missing', stall: { at: 2 } });
    const { response } = await open(provider, stream);
    response.destroy();
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'hung-up');
    expect(seen.usage).toEqual({ promptTokens: 3, completionTokens: 2 });
  });

  it('pauses while the client does not read', async () => {
    provider.enqueue({ text: 'x'.repeat(10_000), repeat: 10_000 });
    const { request } = await open(provider, stream);
    const seen = await provider.waitForRequest(({ paused }) => paused);
    const undrained = seen.bytesWritten - seen.bytesDrained;
    request.destroy();
    expect([seen.tokensSent < 10_000, undrained > 0]).toEqual([true, true]);
  });

  it('goes on when the client reads again', async () => {
    provider.enqueue({ text: 'x'.repeat(10_000), repeat: 1_000 });
    const { response } = await open(provider, stream);
    await provider.waitForRequest(({ paused }) => paused);
    for await (const _ of response);
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'finished');
    expect([seen.tokensSent, seen.bytesDrained === seen.bytesWritten]).toEqual([1_000, true]);
  });

  it('forgets the oldest requests', async () => {
    for (let count = 0; count < 20; count += 1) await ask(provider);
    expect([provider.requests.length < 6, provider.requests.at(-1)!.number >= 20]).toEqual([true, true]);
  });

  it('rejects when the awaited request does not come', async () => {
    await expect(provider.waitForRequest(() => true, { timeoutMs: 1 })).rejects.toThrow('No such request');
  });
});
