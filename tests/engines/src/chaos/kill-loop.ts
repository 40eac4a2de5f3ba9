import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster } from '@weft/cluster';
import { type Random } from './random';

export interface KillOptions {
  kills: number;
  /** The longest that the system is left alone between a start and the next kill, in milliseconds. */
  restMsMax: number;
  onKill(name: string, number: number): void;
}

/** Kills a random process, waits a random moment, starts it again and waits until it is ready; as often as is said. */
export async function runKills(cluster: Cluster, random: Random, options: KillOptions): Promise<void> {
  for (let number = 1; number <= options.kills; number += 1) {
    await delay(random.below(options.restMsMax));
    const victim = random.pick(cluster.replicas);
    options.onKill(victim.name, number);
    await victim.end('SIGKILL');
    victim.start();
    await victim.ready();
  }
}
