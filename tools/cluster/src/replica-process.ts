import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ReplicaPlace } from './cluster-layout';

const repository = join(__dirname, '..', '..', '..');
const probeIntervalMs = 50;
const probeTimeoutMs = 2000;
const shownLogBytes = 4000;

export interface ReplicaProcessOptions {
  env: Record<string, string>;
  /** The file that its output is added to. */
  logFile: string;
  /** Whether it outlives this process. */
  detached: boolean;
}

/** One replica of a service as a process, which may be ended and started again on the same ports. */
export class ReplicaProcess {
  private child: ChildProcess | undefined;

  constructor(
    readonly place: ReplicaPlace,
    private readonly options: ReplicaProcessOptions,
  ) {}

  get name(): string {
    return `${this.place.service}-${this.place.replica}`;
  }

  /** Its process id; undefined while it does not run. */
  get pid(): number | undefined {
    return this.isRunning() ? this.child?.pid : undefined;
  }

  isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Starts the process; `ready` says when it can work. */
  start(): void {
    if (this.isRunning()) throw new Error(`${this.name} runs already`);
    const log = openSync(this.options.logFile, 'a');
    const script = join(repository, 'services', this.place.service, 'dist', 'main.js');
    this.child = spawn(process.execPath, [script], {
      cwd: repository,
      env: { PATH: process.env['PATH'], ...this.options.env },
      stdio: ['ignore', log, log],
      detached: this.options.detached,
    });
    closeSync(log);
    if (this.options.detached) this.child.unref();
  }

  /** Resolves when its probe says that it is ready; rejects with what it logged last when it ends before, or takes too long. */
  async ready(timeoutMs = 120_000): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    while (performance.now() < endsAt) {
      if (!this.isRunning())
        throw this.failure(`ended with ${this.child?.signalCode ?? this.child?.exitCode}`);
      if (await isReady(this.place.probePort)) return;
      await delay(probeIntervalMs);
    }
    throw this.failure(`was not ready within ${timeoutMs} ms`);
  }

  /** Sends a signal and waits until the process has ended; resolves to its exit code, null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child === undefined || !this.isRunning()) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    // A stopped process takes no other signal but SIGKILL before it goes on.
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** Stops it where it is, as a machine does that hangs. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** What it has written so far. */
  log(): string {
    return readFileSync(this.options.logFile, 'utf8');
  }

  private failure(what: string): Error {
    return new Error(`${this.name} ${what}:\n${this.log().slice(-shownLogBytes)}`);
  }
}

/** Whether the process behind a probe port can work. */
export async function isReady(probePort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${probePort}/readyz`, {
      signal: AbortSignal.timeout(probeTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
