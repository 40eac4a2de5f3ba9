import { createInterface } from 'node:readline';
import { killTree, type ProcessIdentity, signal, thawTree, waitUntilGone } from './engine-process';
import { type WatchdogOrder } from './watchdog';

/** How long a server may take to end by itself, after which it is killed. */
const stopTimeoutMs = 10_000;

const guarded = new Map<string, { identity: ProcessIdentity; stopSignal: NodeJS.Signals }>();

void watch();

/** Follows orders on stdin until that closes, then ends all servers that are left. */
async function watch(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) obey(JSON.parse(line) as WatchdogOrder);
  await Promise.all([...guarded.values()].map(end));
}

function obey(order: WatchdogOrder): void {
  if ('guard' in order)
    guarded.set(keyOf(order.guard), { identity: order.guard, stopSignal: order.stopSignal });
  else guarded.delete(keyOf(order.release));
}

async function end({
  identity,
  stopSignal,
}: {
  identity: ProcessIdentity;
  stopSignal: NodeJS.Signals;
}): Promise<void> {
  signal(identity, stopSignal);
  thawTree(identity);
  if (!(await waitUntilGone([identity], stopTimeoutMs))) await killTree(identity);
}

function keyOf({ pid, startedAt }: ProcessIdentity): string {
  return `${pid} ${startedAt}`;
}
