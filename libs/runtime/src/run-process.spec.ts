import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const runtime = JSON.stringify(join(__dirname, '..', 'dist', 'index.js'));
const errors = JSON.stringify(require.resolve('@weft/errors'));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Runs `start` in a process of its own. The body sees `lifecycle`, `say` (a line on stdout), `never` and `WeftError`. */
function start(body: string) {
  const script = `
    const { runProcess, createLogger } = require(${runtime});
    const { WeftError } = require(${errors});
    const say = (line) => process.stdout.write(line + '\\n');
    const never = new Promise(() => setInterval(() => undefined, 1000));
    void runProcess(createLogger({ level: 'info' }), async (lifecycle) => { ${body} });
  `;
  const child = spawn(process.execPath, ['-e', script]);
  running.push(child);
  let stdout = '';
  let stderr = '';
  const waiting = new Map<string, () => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const line of stdout.split('\n')) waiting.get(line)?.();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const said = (line: string) => new Promise<void>((resolve) => waiting.set(line, resolve));
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { child, said, exited };
}

describe('runProcess', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops what runs and exits with 0 on %s', async (signal) => {
    const { child, said, exited } = start(`
      lifecycle.onStop('database', () => say('database stopped'));
      lifecycle.onStop('server', () => say('server stopped'));
      say('ready'); setInterval(() => undefined, 1000);
    `);
    await said('ready');
    child.kill(signal);
    const { code, stdout } = await exited;
    expect([code, stdout]).toEqual([0, 'ready\nserver stopped\ndatabase stopped\n']);
  });

  it('exits with 1 when a step of the stop fails', async () => {
    const { child, said, exited } = start(`
      lifecycle.onStop('server', () => { throw new Error('stuck'); });
      say('ready'); setInterval(() => undefined, 1000);
    `);
    await said('ready');
    child.kill('SIGTERM');
    expect((await exited).code).toBe(1);
  });

  it('exits with 1 when the start fails, saying why in a line', async () => {
    const { exited } = start(
      `throw new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', 'WEFT_PORT: must be a number');`,
    );
    const { code, stderr } = await exited;
    expect([code, stderr]).toEqual([1, 'WEFT_PORT: must be a number\n']);
  });

  it('logs where a start failed that says nothing to a person', async () => {
    const { exited } = start(`undefined.port;`);
    const { code, stderr } = await exited;
    expect([code, JSON.parse(stderr)]).toMatchObject([1, { level: 'error', err: { type: 'TypeError' } }]);
  });

  it('stops what was started before the start failed', async () => {
    const { exited } = start(`
      lifecycle.onStop('database', () => say('database stopped'));
      throw new WeftError('UNAVAILABLE', 'ADDRESS_IN_USE', 'taken');
    `);
    expect((await exited).stdout).toBe('database stopped\n');
  });

  it('stops in the middle of a start that hangs', async () => {
    const { child, said, exited } = start(`
      lifecycle.onStop('database', () => say('database stopped'));
      say('starting'); await never;
    `);
    await said('starting');
    child.kill('SIGTERM');
    const { code, stdout } = await exited;
    expect([code, stdout]).toEqual([0, 'starting\ndatabase stopped\n']);
  });

  it('exits at once on a second signal', async () => {
    const { child, said, exited } = start(`
      lifecycle.onStop('server', () => { say('stopping'); return never; });
      say('ready'); setInterval(() => undefined, 1000);
    `);
    await said('ready');
    const stopping = said('stopping');
    child.kill('SIGTERM');
    await stopping;
    child.kill('SIGTERM');
    expect((await exited).code).toBe(1);
  });

  it('survives a rejection that nobody handles, and logs it', async () => {
    const { child, said, exited } = start(`
      Promise.reject(new Error('forgotten'));
      setImmediate(() => say('ready')); setInterval(() => undefined, 1000);
    `);
    await said('ready');
    child.kill('SIGTERM');
    const { code, stderr } = await exited;
    expect([code, stderr]).toEqual([0, expect.stringContaining('forgotten')]);
  });
});
