import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { makeCertificates } = require('@weft/certificates');
const { freePorts, isReady, serviceNames } = require('@weft/cluster');
const { startEngines } = require('@weft/engines');

/** The user of the image; this machine's may be taken where it is not root. */
const imageUser = 65532;
const readyTimeoutMs = 120_000;

/**
 * Starts every service as the image does: `node <service>.cjs`, from a copy of the bundle in a folder that has nothing else around it,
 * as a user who may write nowhere in it.
 */
export async function startBundledWeft({ bundle, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bundle-'));
  const engines = await startEngines({
    folder: join(folder, 'engines'),
    given: { databaseUrl: process.env.WEFT_DATABASE_URL, natsUrl: process.env.WEFT_NATS_URL },
  });
  const app = join(folder, 'app');
  cpSync(bundle, app, { recursive: true });
  const certificates = join(folder, 'certificates');
  await makeCertificates({ folder: certificates, services: [...serviceNames] });
  handToImageUser(folder, certificates);

  const adminKey = `weft_admin_${randomBytes(16).toString('hex')}`;
  const ports = await freePorts(serviceNames.length * 2 + 2);
  const places = serviceNames.map((name) => ({ name, grpcPort: ports.pop(), probePort: ports.pop() }));
  const [httpPort, grpcPort] = [ports.pop(), ports.pop()];
  const shared = {
    WEFT_PEERS: places.map((place) => `${place.name}=127.0.0.1:${place.grpcPort}`).join(','),
    WEFT_DATABASE_URL: engines.databaseUrl,
    WEFT_NATS_URL: engines.natsUrl,
    WEFT_NATS_NAMESPACE: `bundle-${randomBytes(4).toString('hex')}`,
    WEFT_IDENTITY_SECRET: randomBytes(32).toString('hex'),
    WEFT_TLS_CA_FILE: join(certificates, 'ca.crt'),
    WEFT_LOG_LEVEL: 'warn',
    ...env,
  };
  const doors = {
    WEFT_HTTP_PORT: String(httpPort),
    WEFT_GRPC_PORT: String(grpcPort),
    WEFT_KEY_SECRET: randomBytes(32).toString('hex'),
    WEFT_ADMIN_KEY: adminKey,
  };
  const processes = places.map((place) =>
    startService(app, place, {
      ...shared,
      ...(place.name === 'gateway' ? doors : {}),
      WEFT_ADDRESS: `127.0.0.1:${place.grpcPort}`,
      WEFT_PROBE_ADDRESS: `127.0.0.1:${place.probePort}`,
      WEFT_TLS_CERT_FILE: join(certificates, `${place.name}.crt`),
      WEFT_TLS_KEY_FILE: join(certificates, `${place.name}.key`),
    }),
  );
  const killAll = () => processes.forEach(({ child }) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  return {
    app,
    adminKey,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    processes,
    /** Sends SIGTERM to all; resolves to their exit codes by name. */
    async stop() {
      const ended = processes.map(async ({ name, child }) => {
        if (child.exitCode === null) {
          const exited = once(child, 'exit');
          child.kill('SIGTERM');
          await exited;
        }
        return [name, child.exitCode];
      });
      return Object.fromEntries(await Promise.all(ended));
    },
    async cleanUp() {
      killAll();
      await engines.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one bundled service with an environment until it ends; resolves to its exit code and what it printed. */
export async function runUntilItEnds(bundle, service, env) {
  const { child, output } = startService(bundle, { name: service }, env);
  const [code] = await once(child, 'close');
  return { code, output: output() };
}

function startService(app, { name, probePort }, env) {
  const printed = [];
  const child = spawn(realpathSync(process.execPath), [`${name}.cjs`], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot() ? { uid: imageUser, gid: imageUser } : {}),
  });
  child.stdout.on('data', (chunk) => printed.push(chunk));
  child.stderr.on('data', (chunk) => printed.push(chunk));
  const output = () => printed.join('').slice(-4000);
  return { name, child, output, ready: () => untilReady(name, child, probePort, output) };
}

async function untilReady(name, child, probePort, output) {
  const endsAt = performance.now() + readyTimeoutMs;
  while (performance.now() < endsAt) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    if (await isReady(probePort)) return;
    await delay(50);
  }
  throw new Error(`${name} was not ready within ${readyTimeoutMs} ms:\n${output()}`);
}

/** Lets the image's user read what root made; nobody else can be taken where this is not root. */
function handToImageUser(folder, certificates) {
  if (!isRoot()) return;
  chmodSync(folder, 0o711);
  mkdirSync(certificates, { recursive: true });
  chownSync(certificates, imageUser, imageUser);
  for (const file of readdirSync(certificates)) chownSync(join(certificates, file), imageUser, imageUser);
}

function isRoot() {
  return process.getuid?.() === 0;
}
