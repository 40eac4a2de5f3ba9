import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// By path: an import by name would be one of this process.
const builtLibrary = (name: string) =>
  JSON.stringify(join(__dirname, '..', '..', '..', '..', 'libs', name, 'dist', 'index.js'));

/** A process that relays the outbox of a schema to its standard output, one line with the id of each event. */
export interface RelayingProcess {
  /** The ids in the order they were published. */
  readonly published: readonly string[];
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a replica in a process of its own, which may be killed without a word. */
export function startRelayingProcess(databaseUrl: string, leaseMs: number): RelayingProcess {
  const program = `
    const { createServerEngine, createOutboxRelay } = require(${builtLibrary('postgres')});
    const { silentLogger: logger } = require(${builtLibrary('runtime')});
    (async () => {
      const engine = await createServerEngine({ databaseUrl: ${JSON.stringify(databaseUrl)}, logger });
      const database = await engine.openSchema({ schema: 'things', logger });
      const publish = async (envelopes) => {
        for (const { id } of envelopes) process.stdout.write(id + '\\n');
      };
      createOutboxRelay({ database, publish, logger, leaseMs: ${leaseMs}, pollIntervalMs: 5 }).start();
    })();`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const published: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (id) => published.push(id));
  return {
    published,
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    },
  };
}
