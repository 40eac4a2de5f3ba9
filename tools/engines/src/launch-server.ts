import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { unavailable, type WeftError } from '@weft/errors';
import { type Account } from './account';
import { identify, killTree, type ProcessIdentity, waitUntilGone } from './engine-process';
import { guard, release } from './watchdog';

/** A server to start. */
export interface ServerCommand {
  /** What it is called in errors. */
  name: string;
  program: string;
  args: readonly string[];
  account: Account | undefined;
  /** What it writes is added to this file. */
  logFile: string;
  /** Whether it is there for clients, asked again and again until it is. */
  isReady: (identity: ProcessIdentity) => Promise<boolean>;
  readyTimeoutMs: number;
  /** The signal that ends it at once and cleanly, sent when this process ends. */
  stopSignal: NodeJS.Signals;
}

const pollIntervalMs = 10;

/**
 * Starts a server and waits until it is ready. It ends when this process does, until the watchdog releases it.
 *
 * @throws WeftError UNAVAILABLE `PORT_TAKEN`, or `ENGINE_NOT_STARTED` with the end of its log
 */
export async function launchServer(command: ServerCommand): Promise<ProcessIdentity> {
  const log = openSync(command.logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const child = spawn(command.program, command.args, {
    ...command.account,
    stdio: ['ignore', log, log],
    // In a process group of its own: Ctrl-C in a terminal is for this process to act upon.
    detached: true,
    // What this process was started with is no business of the server's; its messages are read, so they are in English.
    env: { LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
  });
  child.unref();
  closeSync(log);
  const failure = once(child, 'exit').then(
    ([code, signal]) => `it ended (${code ?? signal})`,
    (error: unknown) => `it could not be run (${String(error)})`,
  );
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw notStarted(command, logStart, await failure);
  guard(identity, command.stopSignal);
  void failure.then(() => release(identity));
  const ended = new AbortController();
  void failure.then(() => ended.abort());
  const problem = await Promise.race([failure, waitUntilReady(command, identity, ended.signal)]);
  if (problem === undefined) return identity;
  await killTree(identity);
  throw notStarted(command, logStart, problem);
}

/**
 * Sends a server the signal that ends it, and kills it if it does not.
 *
 * @returns when it is gone
 */
export async function endServer(
  identity: ProcessIdentity,
  send: () => void,
  timeoutMs: number,
): Promise<void> {
  send();
  if (!(await waitUntilGone([identity], timeoutMs))) await killTree(identity);
}

async function waitUntilReady(
  command: ServerCommand,
  identity: ProcessIdentity,
  ended: AbortSignal,
): Promise<string | undefined> {
  const deadline = performance.now() + command.readyTimeoutMs;
  while (performance.now() < deadline && !ended.aborted) {
    if (await command.isReady(identity)) return undefined;
    await delay(pollIntervalMs);
  }
  return `it was not ready after ${command.readyTimeoutMs} ms`;
}

function notStarted(command: ServerCommand, logStart: number, problem: string): WeftError {
  const log = readFileSync(command.logFile).subarray(logStart).toString().trim().slice(-2000);
  const reason = /address already in use/i.test(log) ? 'PORT_TAKEN' : 'ENGINE_NOT_STARTED';
  return unavailable(
    reason,
    `${command.name} did not start: ${problem}. Its log, ${command.logFile}: ${log}`,
  );
}
