import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, databaseAccount } from './account';
import { enginesRefused } from './engine-error';
import { engineFolder } from './engine-folder';
import { freezeTree, isRunning, killTree, type ProcessIdentity, signal, thawTree } from './engine-process';
import { fetchPostgres, type PostgresBinaries } from './fetch-engines';
import { withFreePort } from './free-port';
import { endServer, launchServer } from './launch-server';
import { release } from './watchdog';
import { openPostgresCluster, type PostgresCluster, superuser } from './postgres-cluster';
import { createDatabase, type DatabaseOptions, dropDatabase } from './postgres-databases';
import { clearDataFolder, isReadyIn, killOrphans } from './postmaster-pid';

/** What to start. */
export interface PostgresOptions {
  /** Where its data and its log are; made if need be. A cluster that is in there is started again. */
  folder: string;
  /** The port on 127.0.0.1; a free one by default. */
  port?: number;
  /** PostgreSQL's own settings, over the defaults here. */
  settings?: Record<string, string>;
}

/** A PostgreSQL server of this process. */
export interface PostgresServer {
  /** The superuser's URL of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's pid; another one after `restart`. */
  readonly pid: number;
  /** What names the postmaster for ever. */
  readonly identity: ProcessIdentity;
  /** Creates a database with pgvector and answers with its URL. */
  createDatabase(name: string, options?: DatabaseOptions): Promise<string>;
  /** Drops a database, with the role that was made with it. */
  dropDatabase(name: string): Promise<void>;
  /** Disconnects clients, writes a checkpoint, ends. Also from frozen. */
  stop(): Promise<void>;
  /** Kills the postmaster and all its children with SIGKILL and waits until they are gone. The next start frees their shared memory. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder after `stop` or `kill`, or after it ended by itself. */
  restart(): Promise<void>;
  /** Stops the postmaster and all its children where they are: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  /** Lets them go on. */
  thaw(): void;
  /** Lets it outlive this process; else it ends with it, also if this process is killed. `restart` binds it again. */
  detach(): void;
}

const defaultSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Recovery after a kill reads the log since the last checkpoint. */
const readyTimeoutMs = 120_000;
const stopTimeoutMs = 60_000;

/**
 * Starts PostgreSQL with pgvector, fetching it if need be, as `nobody` where this process is root's.
 *
 * @throws WeftError FAILED_PRECONDITION as `fetchEngines`, or `ENGINE_RUNNING` if a server runs in the folder;
 *   UNAVAILABLE `PORT_TAKEN`, `ENGINE_NOT_STARTED`
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = await fetchPostgres();
  const account = await databaseAccount();
  const folder = await engineFolder(options.folder, account);
  const cluster = await openPostgresCluster(binaries, { folder, account });
  const start = async (port: number) => {
    const launch = () => launchPostgres({ binaries, account, folder, cluster, port, options });
    return postgresServer(port, cluster, launch, await launch());
  };
  return options.port === undefined ? await withFreePort(start) : await start(options.port);
}

/** Ends a postmaster: clients are disconnected and what they did not commit is rolled back. */
export async function stopPostgres(identity: ProcessIdentity): Promise<void> {
  const send = () => {
    signal(identity, 'SIGINT');
    thawTree(identity);
  };
  await endServer(identity, send, stopTimeoutMs);
}

function postgresServer(
  port: number,
  cluster: PostgresCluster,
  launch: () => Promise<ProcessIdentity>,
  first: ProcessIdentity,
): PostgresServer {
  const url = `postgres://${superuser}:${cluster.password}@127.0.0.1:${port}/postgres`;
  let identity = first;
  return {
    url,
    port,
    get pid() {
      return identity.pid;
    },
    get identity() {
      return identity;
    },
    createDatabase: (name, options) => createDatabase(url, name, options),
    dropDatabase: (name) => dropDatabase(url, name),
    stop: async () => {
      await stopPostgres(identity);
      await killOrphans(cluster.dataFolder);
    },
    kill: async () => {
      await killTree(identity);
      await killOrphans(cluster.dataFolder);
    },
    restart: async () => {
      if (isRunning(identity))
        throw enginesRefused('ENGINE_RUNNING', 'PostgreSQL still runs: stop or kill it before restart.');
      identity = await launch();
    },
    freeze: () => freezeTree(identity),
    thaw: () => thawTree(identity),
    detach: () => release(identity),
  };
}

async function launchPostgres(what: {
  binaries: PostgresBinaries;
  account: Account | undefined;
  folder: string;
  cluster: PostgresCluster;
  port: number;
  options: PostgresOptions;
}): Promise<ProcessIdentity> {
  const { dataFolder } = what.cluster;
  const pidFile = join(dataFolder, 'postmaster.pid');
  await clearDataFolder(dataFolder);
  const settings = { ...defaultSettings, ...what.options.settings };
  return await launchServer({
    name: 'PostgreSQL',
    program: what.binaries.postgres,
    args: [
      ...['-D', dataFolder, '-p', String(what.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    account: what.account,
    logFile: join(what.folder, 'postgres.log'),
    isReady: async ({ pid }) => isReadyIn(await readFile(pidFile, 'utf8').catch(() => ''), pid),
    readyTimeoutMs,
    // At once, and unlike SIGKILL it takes shared memory with it; what was committed is recovered at the next start.
    stopSignal: 'SIGQUIT',
  });
}
