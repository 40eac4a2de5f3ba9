import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { enginesRefused } from './engine-error';
import { engineFolder } from './engine-folder';
import { freezeTree, isRunning, killTree, type ProcessIdentity, signal, thawTree } from './engine-process';
import { fetchNats } from './fetch-engines';
import { withFreePort } from './free-port';
import { endServer, launchServer } from './launch-server';
import { release } from './watchdog';
import { readNatsInfo } from './nats-info';

/** What to start. */
export interface NatsOptions {
  /** Where its streams and its log are; made if need be. Streams that are in there are there again. */
  folder: string;
  /** The port on 127.0.0.1; a free one by default. */
  port?: number;
  /** How much of streams in memory it takes, such as `64MB`; nats-server's own default else. */
  maxMemory?: string;
  /** Whether each message is on the disk before it is acknowledged; within two minutes of it by default, as nats-server does. */
  syncAlways?: boolean;
}

/** A NATS server of this process, with JetStream. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** Another one after `restart`. */
  readonly pid: number;
  /** What names the process for ever. */
  readonly identity: ProcessIdentity;
  /** Disconnects clients, writes what is left, ends. Also from frozen. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder after `stop` or `kill`, or after it ended by itself. */
  restart(): Promise<void>;
  /** Stops it where it is: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  /** Lets it go on. */
  thaw(): void;
  /** Lets it outlive this process; else it ends with it, also if this process is killed. `restart` binds it again. */
  detach(): void;
}

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
/** A start asks again and again: one question need not wait long. */
const probeTimeoutMs = 1_000;

/**
 * Starts a NATS server with JetStream, fetching it if need be.
 *
 * @throws WeftError FAILED_PRECONDITION as `fetchEngines`, or `ENGINE_RUNNING` if a server runs in the folder;
 *   UNAVAILABLE `PORT_TAKEN`, `ENGINE_NOT_STARTED`
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { natsServer } = await fetchNats();
  const folder = await engineFolder(options.folder, undefined);
  const start = async (port: number) => {
    const launch = () => launchNats({ program: natsServer, folder, port, options });
    return natsServerOf(port, launch, await launch());
  };
  return options.port === undefined ? await withFreePort(start) : await start(options.port);
}

/** Ends a NATS server in order. */
export async function stopNats(identity: ProcessIdentity): Promise<void> {
  const send = () => {
    signal(identity, 'SIGTERM');
    thawTree(identity);
  };
  await endServer(identity, send, stopTimeoutMs);
}

/** The text of a configuration file. */
export function natsConfiguration(what: {
  name: string;
  folder: string;
  port: number;
  options: Pick<NatsOptions, 'maxMemory' | 'syncAlways'>;
}): string {
  const { name, folder, port, options } = what;
  const jetstream = [
    `store_dir: ${JSON.stringify(folder)}`,
    ...(options.maxMemory === undefined ? [] : [`max_memory_store: ${options.maxMemory}`]),
    ...(options.syncAlways === true ? ['sync_interval: always'] : []),
  ];
  return `server_name: ${name}\nlisten: "127.0.0.1:${port}"\njetstream {\n${jetstream.map((line) => `  ${line}\n`).join('')}}\n`;
}

function natsServerOf(
  port: number,
  launch: () => Promise<ProcessIdentity>,
  first: ProcessIdentity,
): NatsServer {
  let identity = first;
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return identity.pid;
    },
    get identity() {
      return identity;
    },
    stop: () => stopNats(identity),
    kill: () => killTree(identity),
    restart: async () => {
      identity = await launch();
    },
    freeze: () => freezeTree(identity),
    thaw: () => thawTree(identity),
    detach: () => release(identity),
  };
}

async function launchNats(what: {
  program: string;
  folder: string;
  port: number;
  options: NatsOptions;
}): Promise<ProcessIdentity> {
  const { program, folder, port, options } = what;
  const processFile = join(folder, 'process.json');
  await refuseSecond(processFile, folder);
  const configuration = join(folder, 'nats.conf');
  const name = `weft-${randomUUID()}`;
  await writeFile(configuration, natsConfiguration({ name, folder, port, options }), { mode: 0o600 });
  const identity = await launchServer({
    name: 'NATS',
    program,
    args: ['-c', configuration],
    account: undefined,
    logFile: join(folder, 'nats.log'),
    isReady: async () => {
      const info = await readNatsInfo(`nats://127.0.0.1:${port}`, probeTimeoutMs).catch(() => undefined);
      return info?.name === name && info.jetstream;
    },
    readyTimeoutMs,
    stopSignal: 'SIGTERM',
  });
  await writeFile(processFile, JSON.stringify(identity), { mode: 0o600 });
  return identity;
}

/** Two servers that write to the same streams would spoil them, and NATS does not look. */
async function refuseSecond(processFile: string, folder: string): Promise<void> {
  const text = await readFile(processFile, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const former = JSON.parse(text) as ProcessIdentity;
  if (isRunning(former))
    throw enginesRefused(
      'ENGINE_RUNNING',
      `NATS runs in ${folder} already, as process ${former.pid}. Stop it, or choose another folder.`,
    );
}
