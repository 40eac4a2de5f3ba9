import { type FakeProvider, startFakeProvider } from './fake-provider';
import { parseScript, parseScriptDocument } from './parse-script';
import { ask } from './read-answer.fixture';

describe('the choice of a script', () => {
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await startFakeProvider();
  });
  afterAll(() => provider.close());
  beforeEach(() => {
    provider.reset();
    provider.setDefault({ text: 'default' });
    provider.define('named', { text: 'named' });
  });

  it('takes queued scripts in order, then the default', async () => {
    provider.enqueue({ text: 'first' }, { text: 'second' });
    const answers = [await content({}), await content({}), await content({})];
    expect(answers).toEqual(['first', 'second', 'default']);
  });

  it('takes the script named as the model and leaves the queue alone', async () => {
    provider.enqueue({ text: 'queued' });
    expect([await content({ model: 'named' }), await content({})]).toEqual(['named', 'queued']);
  });

  it('takes the script of the header first', async () => {
    provider.enqueue({ text: 'queued' });
    expect(await content({ model: 'named' }, { 'x-fake-script': '{"text":"header"}' })).toBe('header');
  });

  it('takes the script that the header names', async () => {
    expect(await content({}, { 'x-fake-script': 'named' })).toBe('named');
  });

  it('refuses a header that is no script', async () => {
    expect((await ask(provider, {}, { 'x-fake-script': '{"txt":1}' })).status).toBe(400);
  });

  it('keeps a script of another endpoint in the queue', async () => {
    provider.enqueue({ endpoint: 'models', error: { status: 500 } });
    expect([await content({}), (await fetch(`${provider.baseUrl}/models`)).status]).toEqual(['default', 500]);
  });

  it('takes scripts over HTTP', async () => {
    await fetch(`${provider.url}/__fake/scripts`, {
      method: 'POST',
      body: '{"enqueue":[{"text":"posted"}]}',
    });
    expect(await content({})).toBe('posted');
  });

  it('forgets scripts over HTTP', async () => {
    await fetch(`${provider.url}/__fake/scripts`, { method: 'DELETE' });
    expect(await content({ model: 'named' })).toContain('fake provider');
  });

  it('refuses bad scripts over HTTP and names the field', async () => {
    const answer = await fetch(`${provider.url}/__fake/scripts`, {
      method: 'POST',
      body: '{"enqueue":[{"txt":""}]}',
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('document.enqueue[0].txt'),
    ]);
  });

  it('shows the requests over HTTP', async () => {
    await content({});
    const shown = (await (await fetch(`${provider.url}/__fake/requests`)).json()) as { requests: unknown[] };
    expect(shown.requests).toMatchObject([
      { path: '/v1/chat/completions', outcome: 'finished', tokensSent: 1 },
    ]);
  });

  it('forgets requests over HTTP', async () => {
    await content({});
    await fetch(`${provider.url}/__fake/requests`, { method: 'DELETE' });
    expect(provider.requests).toEqual([]);
  });

  async function content(body: Record<string, unknown>, headers?: Record<string, string>): Promise<string> {
    return JSON.parse((await ask(provider, body, headers)).text).choices[0].message.content;
  }
});

describe('parseScript', () => {
  it.each([
    [{ unknown: 1 }, 'script.unknown is not known'],
    [{ text: 5 }, 'script.text must be a list'],
    [{ stall: {} }, 'script.stall.at is missing'],
    [{ cut: { at: 'somewhere', how: 'end' } }, "script.cut.at must be 'headers' or a number of tokens"],
    [{ error: { status: 200 } }, 'script.error.status must be a status from 400 to 599'],
    [{ framing: { chunkBytes: 0 } }, 'script.framing.chunkBytes must be a whole number from 1'],
    [{ toolCalls: [{ name: 'f' }] }, 'script.toolCalls[0].arguments is missing'],
    [[], 'script must be an object'],
  ])('refuses %j', (value, message) => {
    expect(() => parseScript(value)).toThrow(message);
  });

  it('names the script of a document that is wrong', () => {
    expect(() => parseScriptDocument({ named: { slow: { echo: 1 } } })).toThrow('document.named.slow.echo');
  });
});
