import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchApiServer } from '../../tools/repo/fetch-api-server.mjs';

const { freePorts } = createRequire(import.meta.url)('@weft/cluster');

const readyTimeoutMs = 120_000;
const answerTimeoutMs = 30_000;

/**
 * A real API server of Kubernetes on 127.0.0.1 with an etcd of its own: it takes, defaults and refuses objects as a cluster would.
 * Nothing runs what it is told to, since there are neither controllers nor nodes.
 *
 * @returns `call(method, path, body)` resolves to `{ status, body, warnings }`; `stop()` leaves nothing behind
 */
export async function startApiServer() {
  const folder = mkdtempSync(join(tmpdir(), 'weft-api-server-'));
  const [port, etcdPort, peerPort] = await freePorts(3);
  const token = randomBytes(16).toString('hex');
  const processes = [startEtcd(folder, etcdPort, peerPort), startServer(folder, { port, etcdPort, token })];
  const killAll = () => processes.forEach(({ child }) => child.kill('SIGKILL'));
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  const end = () => [killAll, clear].forEach((step) => step());
  // Without this, a signal would end this process and leave its servers behind.
  const leave = () => process.exit(1);
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'];
  process.once('exit', end);
  for (const signal of signals) process.once(signal, leave);
  const stop = async () => {
    killAll();
    await Promise.all(processes.map(({ ended }) => ended));
    clear();
    process.off('exit', end);
    for (const signal of signals) process.off(signal, leave);
  };
  try {
    const call = await connect(folder, port, token, processes);
    return { call, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startEtcd(folder, port, peerPort) {
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return start(fetchApiServer().etcd, [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
}

function startServer(folder, { port, etcdPort, token }) {
  const key = join(folder, 'accounts.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(key, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${token},test,test,system:masters\n`, { mode: 0o600 });
  return start(fetchApiServer().apiServer, [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.example',
    `--service-account-signing-key-file=${key}`,
    `--service-account-key-file=${key}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    // As on other clusters: what is privileged is for the namespace's labels to decide.
    '--allow-privileged=true',
  ]);
}

function start(command, args) {
  const printed = [];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  return { child, ended, output: () => printed.join('').slice(-4000) };
}

/** Resolves to how calls are made, once the server says that it is ready. */
async function connect(folder, port, token, processes) {
  const certificate = join(folder, 'apiserver.crt');
  const endsAt = performance.now() + readyTimeoutMs;
  while (performance.now() < endsAt) {
    const ended = processes.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
    if (ended !== undefined) throw new Error(`${ended.child.spawnfile} ended:\n${ended.output()}`);
    if (existsSync(certificate)) {
      const agent = new Agent({ ca: readFileSync(certificate), keepAlive: true });
      const call = (method, path, body) => send({ agent, port, token, method, path, body });
      if (await isReady(call)) return call;
    }
    await delay(100);
  }
  throw new Error(`the API server was not ready within ${readyTimeoutMs} ms:\n${processes[1].output()}`);
}

async function isReady(call) {
  try {
    return (await call('GET', '/readyz')).status === 200;
  } catch {
    return false;
  }
}

function send({ agent, port, token, method, path, body }) {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (body !== undefined)
    headers['content-type'] = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent, host: '127.0.0.1', port, method, path, headers, timeout: answerTimeoutMs },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = chunks.join('');
          const json = response.headers['content-type']?.startsWith('application/json');
          const warnings = response.headers.warning === undefined ? [] : [response.headers.warning];
          resolve({ status: response.statusCode, body: json ? JSON.parse(text) : text, warnings });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} was not answered`)));
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
