import { silentLogger } from '@weft/runtime';
import { ExtractiveProvider } from './builtin/extractive-provider';
import { type ProviderModel } from './language-model-provider';
import { ModelList } from './model-list';

const ttlMs = 60_000;

function setUp() {
  const clock = { now: 0 };
  const asked = jest.fn<Promise<ProviderModel[]>, []>();
  const warn = jest.fn();
  const provider = Object.assign(new ExtractiveProvider(), { listModels: asked });
  const list = new ModelList(provider, ttlMs, { ...silentLogger, warn }, () => clock.now);
  return { clock, asked, warn, list };
}

const model = (name: string): ProviderModel => ({
  name,
  contextWindowTokens: 0,
  supportsTools: true,
  isChatModel: true,
  description: '',
});
const names = (models: ReadonlyMap<string, unknown> | undefined) => models && [...models.keys()];

describe('ModelList', () => {
  it('asks once for all that wait', async () => {
    const { list, asked } = setUp();
    asked.mockResolvedValue([model('a')]);
    const all = await Promise.all([list.get(), list.get(), list.getFresh()]);
    expect([asked.mock.calls.length, ...all.map(names)]).toEqual([1, ['a'], ['a'], ['a']]);
  });

  it('keeps the list for its time', async () => {
    const { list, asked, clock } = setUp();
    asked.mockResolvedValue([model('a')]);
    await list.get();
    clock.now = ttlMs;
    await list.get();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('gives the list past its time at once and asks for a fresh one', async () => {
    const { list, asked, clock } = setUp();
    asked.mockResolvedValueOnce([model('a')]).mockResolvedValueOnce([model('b')]);
    await list.get();
    clock.now = ttlMs + 1;
    const stale = names(await list.get());
    await list.getFresh();
    expect([stale, names(await list.get())]).toEqual([['a'], ['b']]);
  });

  it('keeps the last list when the provider is down, and logs it', async () => {
    const { list, asked, clock, warn } = setUp();
    asked.mockResolvedValueOnce([model('a')]).mockRejectedValue(new Error('down'));
    await list.get();
    clock.now = ttlMs + 1;
    await list.getFresh();
    expect([names(await list.get()), warn.mock.calls.length]).toEqual([['a'], 1]);
  });

  it('says that it does not know when no list could ever be had', async () => {
    const { list, asked } = setUp();
    asked.mockRejectedValue(new Error('down'));
    expect(await list.get()).toBeUndefined();
  });

  it('does not vouch for the last list when the provider is down', async () => {
    const { list, asked, clock } = setUp();
    asked.mockResolvedValueOnce([model('a')]).mockRejectedValue(new Error('down'));
    await list.get();
    clock.now = ttlMs + 1;
    expect(await list.getFresh()).toBeUndefined();
  });

  it('asks again for a name that is missing, but not more than once in 5 s', async () => {
    const { list, asked, clock } = setUp();
    asked.mockResolvedValue([model('a')]);
    await list.get();
    for (const now of [4_000, 5_001, 6_000, 10_000]) {
      clock.now = now;
      await list.getFresh();
    }
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('does not ask a provider that is down again within 5 s', async () => {
    const { list, asked, clock } = setUp();
    asked.mockRejectedValue(new Error('down'));
    for (const now of [0, 1_000, 4_999, 5_001]) {
      clock.now = now;
      await list.get();
    }
    expect(asked).toHaveBeenCalledTimes(2);
  });
});
