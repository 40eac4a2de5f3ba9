// Starts what smoke tests talk to: a scripted model provider, weft in one process on top of it, and a scripted server for what an honest
// weft does not do. Prints where they are as one line of JSON and runs until stdin closes or SIGTERM; then stops all three.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startScriptedServer } from './scripted-server.mjs';

const root = join(import.meta.dirname, '..', '..');
const adminKey = 'weft_smoke_0123456789abcdef';
const children = [];
let stopping = false;

process.stdin.resume();
process.stdin.once('close', () => void stop(0));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void stop(0));

const scripted = await startScriptedServer(join(root, 'proto'));
const [, provider] = await start(
  ['tools/fake-provider/bin/weft-fake-provider.js'],
  {},
  /^fake-provider ready (\S+)\/v1$/,
);
const [, http, grpc] = await start(
  ['apps/standalone/dist/main.js'],
  {
    OPENAI_BASE_URL: `${provider}/v1`,
    WEFT_ADMIN_KEY: adminKey,
    WEFT_DATA_DIR: 'memory',
    WEFT_DRAIN_TIMEOUT_MS: '1000',
    WEFT_GRPC_PORT: '0',
    WEFT_HTTP_PORT: '0',
    // Tests make models fail, and weft warns of each.
    WEFT_LOG_LEVEL: 'error',
    WEFT_SAMPLE: 'false',
  },
  /^weft ready http=(\S+) grpc=(\S+)$/,
);
console.log(
  JSON.stringify({
    WEFT_GRPC_ADDRESS: grpc,
    WEFT_HTTP_URL: http,
    WEFT_PROVIDER_URL: provider,
    WEFT_API_KEY: adminKey,
    WEFT_SCRIPTED_ADDRESS: scripted.address,
    WEFT_SCRIPTED_TLS_ADDRESS: scripted.tlsAddress,
    WEFT_SCRIPTED_CA_FILE: scripted.authorityFile,
  }),
);

/** Starts a process with nothing of this one's settings and waits for its ready line. Its end before our own is a failure. */
async function start(command, env, readyLine) {
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  child.once('exit', (code) => {
    if (stopping) return;
    console.error(`${command[0]} ended with ${code}`);
    void stop(1);
  });
  return new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const match = readyLine.exec(line);
      if (match !== null) resolve(match);
    });
  });
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  scripted?.stop();
  // Weft before its provider, so that nothing it still does fails for want of one.
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  process.exit(code);
}
