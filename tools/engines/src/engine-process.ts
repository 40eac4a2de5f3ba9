import { setTimeout as delay } from 'node:timers/promises';
import { unavailable } from '@weft/errors';
import { findProcess, listProcesses, type ProcessEntry } from './process-table';

/** Names one process for ever, also when its pid is another's by now. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** How often the system is asked; it tells nobody of processes that are not their children. */
const pollIntervalMs = 5;

/** How long a process may take to stop or to end after a signal that it cannot refuse: a write to disk ends first. */
const signalTimeoutMs = 30_000;

/** The process that has a pid now, or undefined if there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const entry = findProcess(pid);
  return entry === undefined || hasEnded(entry) ? undefined : { pid, startedAt: entry.startedAt };
}

/** Whether the process is still there: not ended, and its pid not another's. */
export function isRunning(identity: ProcessIdentity): boolean {
  return entryOf(identity) !== undefined;
}

/** Sends a signal to the process if it is still there. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Waits until none of the processes is there.
 *
 * @returns whether they were gone in time
 */
export async function waitUntilGone(
  identities: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<boolean> {
  return await waitUntil(() => !identities.some(isRunning), timeoutMs);
}

/** Kills a process and all that it started, and waits until they are gone. */
export async function killTree(root: ProcessIdentity): Promise<void> {
  if (!isRunning(root)) return;
  // Stopped, it starts no more.
  await stopOne(root);
  const members = [root, ...descendantsOf(root)];
  for (const member of members) signal(member, 'SIGKILL');
  if (!(await waitUntilGone(members, signalTimeoutMs)))
    throw unavailable('ENGINE_STUCK', `Process ${root.pid} or one of its children does not end when killed.`);
}

/** Stops a process and all that it started where they are, as a machine that hangs. */
export async function freezeTree(root: ProcessIdentity): Promise<void> {
  await stopOne(root);
  // Children may have started others before they were stopped.
  for (;;) {
    const moving = descendantsOf(root).filter((member) => entryOf(member)?.state !== 'T');
    if (moving.length === 0) return;
    for (const member of moving) await stopOne(member);
  }
}

/** Lets a process and all that it started go on. */
export function thawTree(root: ProcessIdentity): void {
  for (const member of [...descendantsOf(root), root]) signal(member, 'SIGCONT');
}

/** What a process started, and what those started. */
export function descendantsOf(root: ProcessIdentity): ProcessIdentity[] {
  const entries = listProcesses().filter((entry) => !hasEnded(entry));
  const found: ProcessEntry[] = [];
  let parents = new Set([root.pid]);
  while (parents.size > 0) {
    const children = entries.filter(({ parentPid }) => parents.has(parentPid));
    found.push(...children);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return found.map(({ pid, startedAt }) => ({ pid, startedAt }));
}

/** Waits until a condition holds. Answers whether it did in time. */
export async function waitUntil(holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) return false;
    await delay(pollIntervalMs);
  }
  return true;
}

async function stopOne(identity: ProcessIdentity): Promise<void> {
  signal(identity, 'SIGSTOP');
  const isStill = () => {
    const entry = entryOf(identity);
    return entry === undefined || entry.state === 'T';
  };
  if (!(await waitUntil(isStill, signalTimeoutMs)))
    throw unavailable('ENGINE_STUCK', `Process ${identity.pid} does not stop.`);
}

function entryOf({ pid, startedAt }: ProcessIdentity): ProcessEntry | undefined {
  const entry = findProcess(pid);
  return entry === undefined || hasEnded(entry) || entry.startedAt !== startedAt ? undefined : entry;
}

function hasEnded({ state }: ProcessEntry): boolean {
  return state === 'Z' || state === 'X';
}
