import { setTimeout as delay } from 'node:timers/promises';
import { type Random } from './random';

/** Something that can be killed, and brought back. */
export interface Victim {
  name: string;
  kill(): Promise<unknown>;
  /** Resolves when it works again. */
  restart(): Promise<void>;
}

export interface KillOptions {
  kills: number;
  /** The longest that the system is left alone between a start and the next kill, in milliseconds. */
  restMsMax: number;
  onKill(name: string, number: number): void;
}

/** Kills a random victim with SIGKILL, starts it again and waits until it works; as often as is said. */
export async function runKills(
  victims: readonly Victim[],
  random: Random,
  options: KillOptions,
): Promise<void> {
  for (let number = 1; number <= options.kills; number += 1) {
    await delay(random.below(options.restMsMax));
    const victim = random.pick(victims);
    options.onKill(victim.name, number);
    await victim.kill();
    await victim.restart();
  }
}
