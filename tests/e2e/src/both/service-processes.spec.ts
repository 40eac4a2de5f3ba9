import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePorts, serviceNames } from '@weft/cluster';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { adminKey, root } from '../weft-process';

/*
 * Goal: every service runs as a process of its own, and together they answer, with the embedded engines alone.
 * Method: all eleven are started with the addresses of their peers; one chat goes through the gateway's door; then all get SIGTERM.
 */

interface ServiceProcess {
  name: string;
  child: ChildProcess;
  ready: Promise<string>;
}

let provider: FakeProvider;
let processes: ServiceProcess[];
let httpUrl: string;

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
  const [httpPort, ...ports] = await freePorts(serviceNames.length + 1);
  const addresses = new Map(serviceNames.map((name, index) => [name as string, `127.0.0.1:${ports[index]}`]));
  httpUrl = `http://127.0.0.1:${httpPort}`;
  processes = serviceNames.map((name) =>
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
  expect(codes).toEqual(serviceNames.map((name) => [name, 0]));
}, 60_000);
