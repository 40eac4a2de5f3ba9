import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { engines } from './shape';
import { databaseFor } from './test-database';
import { transport } from './transport';
import { adminKey, root, type WeftProcess } from './weft-process';

/** Starts every service in one process and waits for its ready line. */
export async function startStandalone(env: Record<string, string>): Promise<WeftProcess> {
  const child = spawn(process.execPath, [join(root, 'apps', 'standalone', 'dist', 'main.js')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      WEFT_HTTP_PORT: '0',
      WEFT_GRPC_PORT: '0',
      WEFT_DATA_DIR: 'memory',
      WEFT_ADMIN_KEY: adminKey,
      WEFT_SAMPLE: 'false',
      WEFT_TRANSPORT: transport,
      ...(await engineSettings(env['WEFT_DATA_DIR'])),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk: Buffer) => (logged += chunk.toString()));
  const stdout: string[] = [];
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`weft ended with ${code} before it was ready: ${logged}`)));
    createInterface(child.stdout).on('line', (line) => {
      stdout.push(line);
      const match = /^weft ready http=(\S+) grpc=(\S+)$/.exec(line);
      if (match !== null) resolve(match);
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  };
  return {
    httpUrl: ready[1]!,
    grpcAddress: ready[2]!,
    stdout,
    stderr: () => logged,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** A data folder of its own is a database of its own: who starts with the same folder finds the same data. */
async function engineSettings(dataDir = 'memory'): Promise<Record<string, string>> {
  if (engines === undefined) return {};
  const key = dataDir === 'memory' ? randomUUID() : dataDir;
  const { databaseUrl, name } = await databaseFor(engines.databaseUrl, key);
  return { WEFT_DATABASE_URL: databaseUrl, WEFT_NATS_URL: engines.natsUrl, WEFT_NATS_NAMESPACE: name };
}
