import fc from 'fast-check';

import { createOwnDatabase, type OwnDatabase } from './own-database.fixture';
import { openThings, type OpenThings } from './things.fixture';

// Many tenants share two connections, and work of each goes wrong in every way there is: refused, cancelled, out of time, its connection
// ended by the server, its settings changed by SQL. Whatever came before on a connection, a tenant sees itself alone.

let own: OwnDatabase;
let things: OpenThings;

beforeAll(async () => {
  own = await createOwnDatabase();
  things = await openThings(own.url, { poolSizeMax: 2, statementTimeoutMs: 40, transactionMsMax: 20 });
});

afterAll(async () => {
  await things.engine.close();
  await own.drop();
});

const insert = `insert into things (tenant_id, id) values ($1, $2) on conflict do nothing`;

/** What a tenant does, good and bad; none of it may fail another. */
const operations = {
  write: (tenant: string) => things.database.query(tenant, insert, [tenant, 'a']),
  refused: (tenant: string) =>
    things.database.batch(tenant, [{ text: insert, values: [tenant, 'b'] }, { text: 'select 1 / 0' }]),
  foreign: (tenant: string) => things.database.query(tenant, insert, [`not ${tenant}`, 'a']),
  cancelled: (tenant: string) => things.database.query(tenant, 'select pg_sleep(1)'),
  disconnected: (tenant: string) =>
    things.database.query(tenant, 'select pg_terminate_backend(pg_backend_pid())'),
  heldTooLong: (tenant: string) =>
    things.database.transaction(tenant, async (work) => {
      await work.query('select 1');
      await new Promise(() => undefined);
    }),
  rolledBack: (tenant: string) =>
    things.database.transaction(tenant, async (work) => {
      await work.query(insert, [tenant, 'c']);
      throw new Error('changed my mind');
    }),
  spoilsSettings: (tenant: string) =>
    things.database.query(
      tenant,
      `select set_config('weft.tenant_id', '*', false), set_config('role', 'none', false),
        set_config('search_path', 'pg_catalog', false)`,
    ),
};

const look = `select current_user::text as role, current_setting('weft.tenant_id') as tenant,
  (select array_agg(distinct tenant_id) from things) as tenants, (select count(*) from things where id <> 'a') as kept`;

interface Seen {
  role: string;
  tenant: string;
  tenants: string[] | null;
  kept: number;
}

it('nothing of a tenant is left for the next one, whatever went wrong', async () => {
  const tenant = fc.integer({ min: 0, max: 30 }).map((number) => `tenant-${number}`);
  const operation = fc.constantFrom(...(Object.keys(operations) as (keyof typeof operations)[]));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(tenant, operation), { minLength: 1, maxLength: 12 }),
      async (steps) => {
        const seen = await Promise.all(
          steps.map(async ([id, kind]) => {
            await operations[kind](id).catch(() => undefined);
            const [row] = await lookAgain(id);
            return { id, ...row! };
          }),
        );
        for (const { id, role, tenant: setting, tenants, kept } of seen) {
          expect({ role, setting, tenants: tenants ?? [id], kept }).toEqual({
            role: 'weft_things',
            setting: id,
            tenants: [id],
            kept: 0,
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** Looks until it is not the connection that fails. */
async function lookAgain(tenant: string): Promise<Seen[]> {
  for (;;) {
    try {
      return await things.database.query<Seen>(tenant, look);
    } catch (error) {
      if (
        (error as { code?: string }).code !== 'UNAVAILABLE' &&
        (error as { code?: string }).code !== 'DEADLINE_EXCEEDED'
      )
        throw error;
    }
  }
}
