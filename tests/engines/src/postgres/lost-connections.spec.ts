import { Client } from 'pg';

import { type WeftError } from '@weft/errors';

import { createOwnDatabase, type OwnDatabase } from './own-database.fixture';
import { insertThing, openThings, type OpenThings } from './things.fixture';

// The server ends connections at random while many write. What a writer is told must be the truth: what was acknowledged is there, what was refused
// is not, and of the rest it was told that nobody knows.

const writers = 12;
const interruptionsMin = 150;

let own: OwnDatabase;
let things: OpenThings;

beforeAll(async () => {
  own = await createOwnDatabase();
  things = await openThings(own.url, { applicationName: 'interrupted' });
});

afterAll(async () => {
  await things.engine.close();
  await own.drop();
});

async function writeOne(id: string, inTransaction: boolean): Promise<void> {
  const values = ['acme', id, 1];
  if (!inTransaction) {
    await things.database.query('acme', insertThing, values);
    return;
  }
  await things.database.transaction('acme', async (work) => {
    await work.query(insertThing, values);
    await work.query('select count(*) from things where id = $1', [id]);
  });
}

it('a writer is told the truth of every write, and the pool recovers whole', async () => {
  const acknowledged: string[] = [];
  const refused: string[] = [];
  const reasons = new Set<string>();
  let interruptions = 0;
  const interrupter = new Client({ connectionString: own.url });
  await interrupter.connect();
  const interrupting = (async () => {
    const text = `select pg_terminate_backend(pid) from
      (select pid from pg_stat_activity where application_name = 'interrupted' order by random() limit 1) as victim`;
    while (interruptions < interruptionsMin) await interrupter.query(text);
  })();
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let number = 0; interruptions < interruptionsMin; number++) {
        const id = `${writer}-${number}`;
        try {
          await writeOne(id, writer % 2 === 0);
          acknowledged.push(id);
        } catch (error) {
          const { reason } = error as WeftError;
          interruptions += 1;
          reasons.add(reason);
          if (reason !== 'COMMIT_UNKNOWN') refused.push(id);
        }
      }
    }),
  );
  await interrupting;
  await interrupter.end();
  const rows = await stored();
  expect({
    lost: acknowledged.filter((id) => !rows.has(id)),
    storedAlthoughRefused: refused.filter((id) => rows.has(id)),
    otherReasons: [...reasons].filter(
      (reason) => !['COMMIT_UNKNOWN', 'DATABASE_UNAVAILABLE'].includes(reason),
    ),
    waiting: things.engine.stats().waiting,
  }).toEqual({ lost: [], storedAlthoughRefused: [], otherReasons: [], waiting: 0 });
});

/** What is there, read again while connections of before still end. */
async function stored(): Promise<Set<string>> {
  for (;;) {
    try {
      const rows = await things.database.query<{ id: string }>('acme', 'select id from things');
      return new Set(rows.map(({ id }) => id));
    } catch (error) {
      if ((error as WeftError).code !== 'UNAVAILABLE') throw error;
    }
  }
}
