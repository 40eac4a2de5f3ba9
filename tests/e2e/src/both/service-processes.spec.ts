import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { adminKey, root } from '../weft-process';

/*
 * Goal: every service runs as a process of its own, and together they answer, with the embedded engines alone.
 * Method: all eleven are started with the addresses of their peers; one chat goes through the gateway's door; then all get SIGTERM.
 */

const names = [
  'logging',
  'cache',
  'safety',
  'prompt',
  'memory',
  'llm',
  'embedding',
  'retrieval',
  'tool',
  'orchestrator',
  'gateway',
];

interface ServiceProcess {
  name: string;
  child: ChildProcess;
  ready: Promise<string>;
}

let provider: FakeProvider;
let processes: ServiceProcess[];
let httpUrl: string;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function startService(name: string, env: Record<string, string>): ServiceProcess {
  const child = spawn(process.execPath, [join(root, 'services', name, 'dist', 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      WEFT_DATA_DIR: 'memory',
      WEFT_LOG_LEVEL: 'warn',
      WEFT_INSECURE_TRANSPORT: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = new Promise<string>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`the service ${name} ended with ${code} before it was ready`)),
    );
    createInterface(child.stdout!).on('line', (line) => {
      if (line.startsWith(`weft ${name} ready`)) resolve(line);
    });
  });
  return { name, child, ready };
}

beforeAll(async () => {
  provider = await startFakeProvider();
  const addresses = new Map<string, string>();
  for (const name of names) addresses.set(name, `127.0.0.1:${await freePort()}`);
  const httpPort = await freePort();
  httpUrl = `http://127.0.0.1:${httpPort}`;
  processes = names.map((name) =>
    startService(name, {
      WEFT_ADDRESS: addresses.get(name)!,
      WEFT_PEERS: [...addresses].map(([peer, address]) => `${peer}=${address}`).join(','),
      WEFT_IDENTITY_SECRET: 'the same secret for all of these services',
      WEFT_KEY_SECRET: 'the secret under which keys are stored',
      WEFT_ADMIN_KEY: adminKey,
      WEFT_HTTP_PORT: String(httpPort),
      WEFT_GRPC_PORT: '0',
      OPENAI_BASE_URL: provider.baseUrl,
    }),
  );
  await Promise.all(processes.map(({ ready }) => ready));
}, 120_000);

afterAll(async () => {
  for (const { child } of processes ?? []) child.kill('SIGKILL');
  await provider?.close();
});

it('answers a chat through a process a service', async () => {
  provider.enqueue({ text: 'Hello from afar' });
  const response = await fetch(`${httpUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fake-model', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  const body = (await response.json()) as { choices: { message: { content: string } }[] };
  expect(body.choices[0]!.message.content).toBe('Hello from afar');
});

it('ends every process with 0 on SIGTERM', async () => {
  const codes = await Promise.all(
    processes.map(async ({ name, child }) => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return [name, code];
    }),
  );
  expect(codes).toEqual(names.map((name) => [name, 0]));
}, 60_000);
