import { join } from 'node:path';
import { checkDatabase, checkNats } from './check-engines';
import { type NatsServer, startNats } from './start-nats';
import { type PostgresServer, startPostgres } from './start-postgres';

/** Which engines to start. */
export interface EnginesOptions {
  /** Where their data is. */
  folder: string;
  /** Engines that are there already: those are not started. */
  given?: { databaseUrl?: string | undefined; natsUrl?: string | undefined };
}

/** A PostgreSQL and a NATS server. */
export interface Engines {
  databaseUrl: string;
  natsUrl: string;
  /** Undefined if it was given. */
  postgres: PostgresServer | undefined;
  /** Undefined if it was given. */
  nats: NatsServer | undefined;
  /** Stops what was started here. */
  stop(): Promise<void>;
}

/**
 * Starts those engines that are not given, and checks those that are. If one fails, neither is left running.
 *
 * @throws WeftError as `startPostgres`, `startNats`, `checkDatabase` and `checkNats`
 */
export async function startEngines({ folder, given = {} }: EnginesOptions): Promise<Engines> {
  const { databaseUrl, natsUrl } = given;
  const [postgres, nats] = await Promise.allSettled([
    databaseUrl === undefined
      ? startPostgres({ folder: join(folder, 'postgres') })
      : useGiven(checkDatabase, databaseUrl),
    natsUrl === undefined ? startNats({ folder: join(folder, 'nats') }) : useGiven(checkNats, natsUrl),
  ]);
  if (postgres.status === 'rejected' || nats.status === 'rejected') {
    for (const each of [postgres, nats]) if (each.status === 'fulfilled') await each.value?.stop();
    throw postgres.status === 'rejected' ? postgres.reason : (nats as PromiseRejectedResult).reason;
  }
  return {
    databaseUrl: databaseUrl ?? postgres.value!.url,
    natsUrl: natsUrl ?? nats.value!.url,
    postgres: postgres.value,
    nats: nats.value,
    stop: async () => {
      await Promise.all([postgres.value?.stop(), nats.value?.stop()]);
    },
  };
}

async function useGiven(check: (url: string) => Promise<void>, url: string): Promise<undefined> {
  await check(url);
}
