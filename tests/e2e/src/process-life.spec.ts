import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@weft/cluster';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { call, createCollection, expectOk, openChatStream, post } from './door';
import { adminKey, startWeft, type WeftProcess } from './weft-process';

let dataDir: string;
let provider: FakeProvider;
const running: WeftProcess[] = [];

beforeAll(async () => {
  provider = await startFakeProvider();
});
afterAll(() => provider.close());

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weft-e2e-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((weft) => weft.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<WeftProcess> {
  const weft = await startWeft({ WEFT_DATA_DIR: dataDir, OPENAI_BASE_URL: provider.baseUrl, ...env });
  running.push(weft);
  return weft;
}

const search = (weft: WeftProcess) =>
  expectOk(
    call(weft, 'weft.retrieval.v1.SearchService/SearchDocuments', {
      collections: ['notes'],
      query: 'launch',
      mode: 'SEARCH_MODE_KEYWORD',
    }),
  );

describe('a restart', () => {
  it('finds documents, keys and runs again', async () => {
    const first = await start();
    await createCollection(first, 'notes', { 'a.md': 'The launch is on Monday.' });
    const { body } = await post(first, '/v1/chat/completions', {
      model: 'fake-model',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    await first.stop();

    const second = await start();
    const { hits } = await search(second);
    const { run } = await expectOk(
      call(second, 'weft.orchestrator.v1.RunService/GetRun', { id: body.weft.run_id }),
    );
    expect([hits[0].passage.uri, run.state]).toEqual(['a.md', 'RUN_STATE_COMPLETED']);
  });

  it('keeps what was acknowledged when the process was killed', async () => {
    const first = await start();
    await createCollection(first, 'notes', { 'a.md': 'The launch is on Monday.' });
    await first.kill();

    const { hits } = await search(await start());
    expect(hits).toHaveLength(1);
  });
});

describe('the first key', () => {
  it('is printed once, kept for the owner alone, and works after a restart', async () => {
    const first = await start({ WEFT_ADMIN_KEY: '' });
    const printed = /: (weft_\S+)$/.exec(first.stdout.find((line) => line.includes('admin key'))!)![1]!;
    await first.stop();
    const second = await start({ WEFT_ADMIN_KEY: '' });
    const { status } = await call(second, 'weft.gateway.v1.QuotaService/GetQuota', {}, printed);
    const { mode } = await stat(join(dataDir, 'admin-key'));
    expect([status, second.stdout.some((line) => line.includes('admin key')), mode & 0o777]).toEqual([
      200,
      false,
      0o600,
    ]);
  });
});

describe('the first key of a start that failed', () => {
  it('is shown by the next start that succeeds', async () => {
    const [port] = await freePorts(1);
    const occupant = createServer().listen(port, '127.0.0.1');
    await once(occupant, 'listening');
    await expect(start({ WEFT_ADMIN_KEY: '', WEFT_HTTP_PORT: String(port) })).rejects.toThrow(
      `HTTP cannot listen on 127.0.0.1:${port}`,
    );
    occupant.close();
    await once(occupant, 'close');

    const weft = await start({ WEFT_ADMIN_KEY: '' });
    const printed = /: (weft_\S+)$/.exec(weft.stdout.find((line) => line.includes('admin key'))!)![1]!;
    const { status } = await call(weft, 'weft.gateway.v1.QuotaService/GetQuota', {}, printed);
    expect(status).toBe(200);
  });
});

describe('SIGTERM', () => {
  it('exits 0', async () => {
    expect(await (await start()).stop()).toBe(0);
  });

  it('lets an open stream finish first', async () => {
    const weft = await start();
    provider.enqueue({
      text: Array.from({ length: 20 }, (_, index) => `word${index} `),
      delayBetweenTokensMs: 30,
    });
    const response = await openChatStream(weft, 'fake-model');
    const stopped = weft.stop();
    const body = await response.text();
    expect([body.includes('word19'), body.trimEnd().endsWith('data: [DONE]'), await stopped]).toEqual([
      true,
      true,
      0,
    ]);
  });

  it('ends a stream that does not finish with an error that says to try again', async () => {
    const weft = await start({ WEFT_DRAIN_TIMEOUT_MS: '200' });
    provider.enqueue({ text: ['one ', 'two '], stall: { at: 2 } });
    const response = await openChatStream(weft, 'fake-model');
    const stopped = weft.stop();
    const body = await response.text();
    expect([body.includes('[DONE]'), body.includes('"code":"draining"'), await stopped]).toEqual([
      false,
      true,
      0,
    ]);
  });
});

describe('metrics', () => {
  it('are on their own port alone, which answers nothing else', async () => {
    const [port] = await freePorts(1);
    const metricsUrl = `http://127.0.0.1:${port}`;
    const { httpUrl } = await start({ WEFT_METRICS_ADDRESS: `127.0.0.1:${port}` });
    const headers = { authorization: `Bearer ${adminKey}` };
    const statusOf = async (url: string) => (await fetch(url, { headers })).status;
    expect([await statusOf(`${metricsUrl}/metrics`), await statusOf(`${httpUrl}/v1/models`)]).toEqual([
      200, 200,
    ]);
    expect([await statusOf(`${metricsUrl}/v1/models`), await statusOf(`${httpUrl}/metrics`)]).toEqual([
      404, 404,
    ]);
  });
});

describe('a start', () => {
  it('is refused with the variable, what it must be and an example when a setting is bad', async () => {
    await expect(start({ WEFT_HTTP_PORT: 'eighty' })).rejects.toThrow(
      /WEFT_HTTP_PORT.*whole number.*Example: WEFT_HTTP_PORT=8080/s,
    );
  });
});
