import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WeftError } from '@weft/errors';
import { checkDatabase, checkNats } from './check-engines';
import { enginesRefused } from './engine-error';
import { isRunning } from './engine-process';
import { type EnginesState, readState, type ServerState, writeState } from './engine-state';
import { withFolderLock } from './folder-lock';
import { startNats } from './start-nats';
import { startPostgres } from './start-postgres';

/** What to bring up. */
export interface UpOptions {
  folder: string;
  /** Engines that are there already. */
  given: { databaseUrl: string | undefined; natsUrl: string | undefined };
  /** Told what is done, one line each. */
  note: (line: string) => void;
}

/** Where both engines are. */
export interface EngineUrls {
  databaseUrl: string;
  natsUrl: string;
}

/** How one kind of engine is brought up. */
interface Engine {
  key: keyof EnginesState;
  name: string;
  givenUrl: string | undefined;
  start: (port: number | undefined) => Promise<StartedServer>;
  check: (url: string) => Promise<void>;
}

type StartedServer = ServerState & { detach(): void };

/**
 * Starts the engines that are neither given nor running, to outlive this process, on the ports they had before.
 * Checks each that was there already.
 *
 * @throws WeftError as `startPostgres`, `startNats` and the checks
 */
export async function upEngines({ folder, given, note }: UpOptions): Promise<EngineUrls> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const engines: [Engine, Engine] = [
    {
      key: 'postgres',
      name: 'PostgreSQL',
      givenUrl: given.databaseUrl,
      start: (port) => startPostgres({ folder: join(folder, 'postgres'), port }),
      check: checkDatabase,
    },
    {
      key: 'nats',
      name: 'NATS',
      givenUrl: given.natsUrl,
      start: (port) => startNats({ folder: join(folder, 'nats'), port }),
      check: checkNats,
    },
  ];
  return await withFolderLock(folder, async () => ({
    databaseUrl: await up(engines[0], folder, note),
    natsUrl: await up(engines[1], folder, note),
  }));
}

async function up(engine: Engine, folder: string, note: UpOptions['note']): Promise<string> {
  const { key, name, givenUrl } = engine;
  const state = await readState(folder);
  const known = state[key];
  // A shell that evaluated what an earlier `up` printed names these very engines.
  if (givenUrl !== undefined && givenUrl !== known?.url) {
    await engine.check(givenUrl);
    note(`${name} is given by the environment`);
    return givenUrl;
  }
  if (known !== undefined && isRunning(known.identity)) {
    await engine.check(known.url).catch((error: unknown) => {
      const what = `${name} runs as process ${known.identity.pid}, but something is wrong with it`;
      throw enginesRefused('ENGINE_STUCK', `${what}: run 'down', then 'up'. Its log is in ${folder}.`, error);
    });
    note(`${name} runs already, process ${known.identity.pid} on port ${known.port}`);
    return known.url;
  }
  const server = await startOnUsualPort(engine, known?.port, note);
  const { url, port, identity } = server;
  await writeState(folder, { ...state, [key]: { url, port, identity } });
  // Only now: a command that is cut short leaves no server that nobody knows of.
  server.detach();
  note(`${name} started, process ${identity.pid} on port ${port}`);
  return url;
}

async function startOnUsualPort(
  { name, start }: Engine,
  usualPort: number | undefined,
  note: UpOptions['note'],
): Promise<StartedServer> {
  try {
    return await start(usualPort);
  } catch (error) {
    const isTaken = error instanceof WeftError && error.reason === 'PORT_TAKEN';
    if (!isTaken || usualPort === undefined) throw error;
    note(`port ${usualPort}, where ${name} was before, is taken by another program`);
    return await start(undefined);
  }
}
