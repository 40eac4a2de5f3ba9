import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { transport } from './transport';

export const adminKey = 'weft_admin_0123456789abcdef';

/** The repository's root. */
export const root = join(__dirname, '..', '..', '..');

/** A standalone weft in a process of its own. */
export interface WeftProcess {
  httpUrl: string;
  grpcAddress: string;
  /** What it has written to stdout, line by line. */
  stdout: string[];
  /** What it has logged. */
  stderr(): string;
  process: ChildProcess;
  /** Sends SIGTERM and waits for the end; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts the built standalone on free ports and waits for its ready line.
 *
 * @param env replaces the defaults: data in memory, no sample, a known admin key
 */
export async function startWeft(env: Record<string, string> = {}): Promise<WeftProcess> {
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
  return {
    httpUrl: ready[1]!,
    grpcAddress: ready[2]!,
    stdout,
    stderr: () => logged,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}
