import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startFakeProvider } from './fake-provider';
import { open } from './read-answer.fixture';

const program = join(__dirname, '..', 'dist', 'main.js');

describe('the server', () => {
  it('lists its models', async () => {
    await using provider = await started({ models: ['one', 'two'] });
    const { data } = (await (await fetch(`${provider.baseUrl}/models`)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(['one', 'two']);
  });

  it('refuses a request without the key', async () => {
    await using provider = await started({ apiKey: 'right' });
    expect(
      (await fetch(`${provider.baseUrl}/models`, { headers: { authorization: 'Bearer wrong' } })).status,
    ).toBe(401);
  });

  it('takes a request with the key', async () => {
    await using provider = await started({ apiKey: 'right' });
    expect(
      (await fetch(`${provider.baseUrl}/models`, { headers: { authorization: 'Bearer right' } })).status,
    ).toBe(200);
  });

  it('refuses a body that is not JSON', async () => {
    await using provider = await started({});
    const answer = await fetch(`${provider.baseUrl}/chat/completions`, { method: 'POST', body: '{' });
    expect(answer.status).toBe(400);
  });

  it('knows no other route', async () => {
    await using provider = await started({});
    expect((await fetch(`${provider.url}/v1/audio`)).status).toBe(404);
  });

  it('counts connections and not requests', async () => {
    await using provider = await started({});
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let request = 0; request < 3; request += 1) await getModels(provider.port, agent);
    agent.destroy();
    expect(provider.connections).toBe(1);
  });

  it('destroys stalled connections when it closes', async () => {
    const provider = await startFakeProvider({ scripts: { default: { stall: { at: 0 } } } });
    const { response } = await open(provider, { stream: true });
    const broken = once(response, 'error');
    await provider.close();
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('the command', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fake-provider-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('serves the scripts of a file and says where', async () => {
    const file = join(folder, 'scripts.json');
    await writeFile(file, '{"default":{"text":"from the file"}}');
    const child = spawn(process.execPath, [program, '--script', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const baseUrl = /^fake-provider ready (http:\/\/127\.0\.0\.1:\d+\/v1)$/.exec(line)?.[1];
    const body = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
    const answer = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body });
    const text = await answer.text();
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(text).toContain('from the file');
  });

  it('does not start with a bad script and names the field', async () => {
    const file = join(folder, 'bad.json');
    await writeFile(file, '{"default":{"stutter":true}}');
    const child = spawn(process.execPath, [program, '--script', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let message = '';
    child.stderr.on('data', (chunk: Buffer) => (message += chunk.toString()));
    const [code] = await once(child, 'close');
    expect([code, message]).toEqual([1, expect.stringContaining('document.default.stutter')]);
  });
});

async function started(options: Parameters<typeof startFakeProvider>[0]) {
  const provider = await startFakeProvider(options);
  return Object.assign(provider, { [Symbol.asyncDispose]: () => provider.close() });
}

function getModels(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ port, path: '/v1/models', agent }, (response) =>
      response.resume().on('end', resolve),
    );
    request.on('error', reject);
  });
}
