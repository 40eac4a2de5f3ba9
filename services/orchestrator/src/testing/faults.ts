import { unavailable } from '@weft/errors';
import { type Database, type DatabaseEngine } from '@weft/postgres';
import { type Peers, type RpcCallOptions, type WeftClient } from '@weft/rpc';

/** What can happen to a process of its surroundings, and where it can die. */
export class Faults {
  /**
   * `away` refuses all work; `commit-unknown` does the work and loses the answer; `frozen` answers nothing before it is up again.
   */
  database: 'up' | 'away' | 'commit-unknown' | 'frozen' = 'up';
  /** Dies at this step: a step is what goes out to the database or to a peer, and what comes back. */
  dieAtStep = Infinity;
  /** Where it died, such as `database:after` or `llm:before`; empty while it lives. */
  diedAt = '';
  steps = 0;
  private readonly death = new AbortController();

  /** Aborted when it dies: its peers see its connections close. */
  get died(): AbortSignal {
    return this.death.signal;
  }

  /** From now on nothing goes out and nothing comes back. */
  die(point = 'here'): void {
    this.diedAt ||= point;
    this.death.abort();
  }

  async pass(point: string): Promise<void> {
    this.steps += 1;
    if (this.steps >= this.dieAtStep) this.die(point);
    if (this.diedAt !== '') await never();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** An engine whose schemas stand under faults. Closing it closes nothing: others use it as well. */
export function fragileEngine(engine: DatabaseEngine, faults: Faults): DatabaseEngine {
  return {
    kind: engine.kind,
    openSchema: async (options) => fragileDatabase(await engine.openSchema(options), faults),
    checkReady: () => engine.checkReady(),
    close: () => Promise.resolve(),
  };
}

function fragileDatabase(database: Database, faults: Faults): Database {
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    await faults.pass('database:before');
    while (faults.database === 'frozen') await new Promise((resolve) => setTimeout(resolve, 5));
    if (faults.database === 'away') throw unavailable('DATABASE_UNAVAILABLE', 'The database is away.');
    const result = await work();
    await faults.pass('database:after');
    if (faults.database === 'commit-unknown') throw unavailable('COMMIT_UNKNOWN', 'The answer was lost.');
    return result;
  };
  return {
    query: (...given) => through(() => database.query(...given)),
    batch: (...given) => through(() => database.batch(...given)),
    transaction: (...given) => through(() => database.transaction(...given)),
  };
}

type Contract = Parameters<Peers['client']>[0];

/** Peers that a dead process neither reaches nor hears. */
export function fragilePeers(peers: Peers, faults: Faults): Peers {
  return {
    client<Definition extends Contract>(definition: Definition) {
      const client = peers.client(definition) as Record<string, (...given: unknown[]) => unknown>;
      const { fullName, methods } = definition as unknown as {
        fullName: string;
        methods: Record<string, { responseStream: boolean }>;
      };
      const name = fullName.split('.')[1]!;
      const calls = Object.entries(methods).map(([method, { responseStream }]) => {
        const call = (request: unknown, options: RpcCallOptions) =>
          client[method]!(request, { ...options, signal: AbortSignal.any([options.signal!, faults.died]) });
        const fragile = (request: unknown, options: RpcCallOptions) =>
          responseStream
            ? fragileStream(() => call(request, options) as AsyncIterable<unknown>, name, faults)
            : fragileAnswer(() => call(request, options) as Promise<unknown>, name, faults);
        return [method, fragile];
      });
      return Object.fromEntries(calls) as WeftClient<Definition>;
    },
    raw: peers.raw,
  };
}

async function fragileAnswer(call: () => Promise<unknown>, name: string, faults: Faults): Promise<unknown> {
  await faults.pass(`${name}:before`);
  try {
    return await call();
  } finally {
    await faults.pass(`${name}:after`);
  }
}

async function* fragileStream(
  open: () => AsyncIterable<unknown>,
  name: string,
  faults: Faults,
): AsyncGenerator<unknown, void, undefined> {
  await faults.pass(`${name}:before`);
  const events = open()[Symbol.asyncIterator]();
  faults.died.addEventListener('abort', () => void events.return?.(), { once: true });
  try {
    for await (const event of { [Symbol.asyncIterator]: () => events }) {
      await faults.pass(`${name}:event`);
      yield event;
    }
  } finally {
    await faults.pass(`${name}:after`);
  }
}
