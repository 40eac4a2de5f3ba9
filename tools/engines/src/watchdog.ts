import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type Socket } from 'node:net';
import { type ProcessIdentity } from './engine-process';

/** What the watchdog is told, one JSON text a line. */
export type WatchdogOrder =
  { guard: ProcessIdentity; stopSignal: NodeJS.Signals } | { release: ProcessIdentity };

/** Built code: the watchdog is a process of its own, also when this runs from source. */
const program = join(__dirname, '..', 'dist', 'watchdog-main.js');

let watchdog: ChildProcess | undefined;
const guarded = new Set<string>();

/**
 * Has a server ended when this process ends, however it ends: a process of its own waits for the pipe from this one
 * to close, which the system does also for a process that was killed.
 */
export function guard(identity: ProcessIdentity, stopSignal: NodeJS.Signals): void {
  watchdog ??= startWatchdog();
  guarded.add(keyOf(identity));
  tell({ guard: identity, stopSignal });
}

/** Ends what `guard` began, for a server that has ended. */
export function release(identity: ProcessIdentity): void {
  if (!guarded.delete(keyOf(identity))) return;
  tell({ release: identity });
  if (guarded.size > 0) return;
  watchdog?.stdin?.end();
  watchdog = undefined;
}

function startWatchdog(): ChildProcess {
  // Away from the terminal's process group: Ctrl-C must not end it before its time.
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
    cwd: '/',
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}

function tell(order: WatchdogOrder): void {
  watchdog?.stdin?.write(`${JSON.stringify(order)}\n`);
}

function keyOf({ pid, startedAt }: ProcessIdentity): string {
  return `${pid} ${startedAt}`;
}
