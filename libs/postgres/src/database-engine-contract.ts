import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { silentLogger } from '@weft/runtime';
import fc from 'fast-check';

import { ALL_TENANTS, type Database } from './database';
import { type DatabaseEngine } from './database-engine';
import { isUniqueViolation } from './database-error';

const thingsSql = `
  create table things (
    tenant_id text not null,
    id text not null,
    amount bigint not null default 0,
    primary key (tenant_id, id)
  );
  select weft_tenant_table('things');
`;

const insertThing = 'insert into things (tenant_id, id, amount) values ($1, $2, $3)';

/**
 * The tests that every database engine must pass, for jest.
 *
 * @param name names the engine in the report
 * @param makeEngine makes an engine whose interactive transactions may last `transactionMsMax` milliseconds
 */
export function databaseEngineContract(
  name: string,
  makeEngine: (options: { transactionMsMax: number }) => Promise<DatabaseEngine>,
): void {
  describe(`${name} as a database engine`, () => {
    let engine: DatabaseEngine;
    let database: Database;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'weft-contract-'));
      const migrationsFolder = join(folder, 'migrations');
      mkdirSync(migrationsFolder);
      writeFileSync(join(migrationsFolder, '0001_create_things.sql'), thingsSql);
      engine = await makeEngine({ transactionMsMax: 200 });
      database = await engine.openSchema({ schema: 'contract', migrationsFolder, logger: silentLogger });
    });

    afterAll(async () => {
      await engine.close();
      rmSync(folder, { recursive: true });
    });

    beforeEach(() => database.query(ALL_TENANTS, 'delete from things'));

    const amounts = async (tenant: string | typeof ALL_TENANTS) =>
      (
        await database.query<{ amount: number }>(tenant, 'select amount from things order by tenant_id, id')
      ).map(({ amount }) => amount);

    describe('values', () => {
      it.each([
        ['a bigint', '$1::bigint', 2 ** 53 - 1],
        ['an integer', '$1::int', -7],
        ['a double', '$1::float8', 0.1],
        ['a boolean', '$1::boolean', true],
        ['text with every kind of character', '$1::text', `a'b"c\\d\n\t€𝄞`],
        ['a timestamptz', '$1::timestamptz', new Date('2026-01-02T03:04:05.678Z')],
        ['a timestamptz before 1970', '$1::timestamptz', new Date('1901-12-31T23:59:59.999Z')],
        ['bytes', '$1::bytea', Uint8Array.from([0, 1, 127, 128, 255])],
        ['no bytes', '$1::bytea', new Uint8Array(0)],
        ['null', '$1::text', null],
        ['texts', '$1::text[]', ['a', 'b"c', 'NULL', '', '{d}', 'e,f']],
        ['bigints', '$1::bigint[]', [1, -2, 2 ** 40]],
        ['no texts', '$1::text[]', []],
        ['byte strings', '$1::bytea[]', [Uint8Array.from([1, 0]), Uint8Array.from([])]],
        ['an object as jsonb', '$1::jsonb', { a: [1, 'x', null, { b: false }] }],
        ['an array as jsonb', '$1::jsonb', [1, [2]]],
        ['null as jsonb', '$1::jsonb', null],
        ['objects as jsonb', '$1::jsonb[]', [{ a: 1 }, { b: ['x"y'] }]],
        ['an exact numeric as text', '$1::numeric', '1.10'],
        ['a date as text', '$1::date', '2026-01-31'],
        ['a timestamp as text', '$1::timestamp', '2026-01-31 12:00:00.5'],
        ['a time as text', '$1::time', '12:00:00.5'],
        ['an uuid as text', '$1::uuid', '0198c0de-0000-7000-8000-000000000001'],
        ['a double that is no number', '$1::float8', NaN],
        ['a double without end', '$1::float8', -Infinity],
        ['a real', '$1::real', 0.5],
        ['a smallint', '$1::smallint', -3],
        ['empty text', '$1::text', ''],
        ['texts with none among them', '$1::text[]', ['a', null, 'b']],
        ['booleans', '$1::boolean[]', [true, false, null]],
        ['doubles', '$1::float8[]', [0.1, -2, 1e300]],
        ['timestamps', '$1::timestamptz[]', [new Date(0), new Date('2026-01-02T03:04:05.678Z')]],
        ['exact numerics', '$1::numeric[]', ['1.10', '-0.5']],
        ['uuids', '$1::uuid[]', ['0198c0de-0000-7000-8000-000000000001']],
        [
          'rows of integers',
          '$1::int[]',
          [
            [1, 2],
            [3, 4],
          ],
        ],
        ['vectors as text', '$1::vector[]', ['[1,2]', '[3,4.5]']],
        ['deep jsonb', '$1::jsonb', { a: [{ b: { c: [null, true, 1.5, 'x\n"\\'] } }] }],
        ['an empty object as jsonb', '$1::jsonb', {}],
        ['an object as json', '$1::json', { a: 1 }],
      ])('brings back %s', async (_, expression, value) => {
        const rows = await database.query<{ value: unknown }>('acme', `select ${expression} as value`, [
          value,
        ]);
        expect(rows[0]!.value).toEqual(value);
      });

      it.each([
        ['a number for text', '$1::text', 7, '7'],
        ['a Date for text', '$1::text', new Date(0), '1970-01-01T00:00:00.000Z'],
        ['text for an integer', '$1::int', '7', 7],
        ['text for a bigint', '$1::bigint', '-7', -7],
        ['text for a timestamptz', '$1::timestamptz', '1970-01-01T00:00:00Z', new Date(0)],
        ['a number for a numeric', '$1::numeric', 1.5, '1.5'],
        ['a true word for a boolean', '$1::boolean', 'true', true],
        ['no value for null', '$1::text', undefined, null],
        ['text for an array', '$1::text[]', '{a,b}', ['a', 'b']],
        ['bytes as bytea text', `$1::text::bytea`, '\\x0aff', Uint8Array.from([10, 255])],
        [
          'a microsecond less',
          '$1::timestamptz',
          '2026-01-01T00:00:00.123999Z',
          new Date('2026-01-01T00:00:00.123Z'),
        ],
      ])('takes %s', async (_, expression, given, value) => {
        const rows = await database.query<{ value: unknown }>('acme', `select ${expression} as value`, [
          given,
        ]);
        expect(rows[0]!.value).toEqual(value);
      });

      it.each([
        ['an array where text is expected', '$1::text', ['a']],
        ['an object where a number is expected', '$1::bigint', {}],
        ['a number where bytes are expected', '$1::bytea[]', [1]],
        ['a word that is no boolean', '$1::boolean', 'canary'],
        ['an integer that is none', '$1::int', 1.5],
      ])('refuses %s', async (_, expression, given) => {
        const query = database.query('acme', `select ${expression} as value`, [given]);
        await expect(query).rejects.toMatchObject({
          name: 'DatabaseError',
          code: expect.stringMatching(/^22/),
          message: expect.not.stringContaining('canary'),
        });
      });

      it('brings the last of columns with the same name', async () => {
        const [row] = await database.query('acme', 'select 1 as same, 2 as same');
        expect(row).toEqual({ same: 2 });
      });

      it('takes JSON text for jsonb as it is', async () => {
        const rows = await database.query<{ id: string }>(
          'acme',
          'select id from jsonb_to_recordset($1::jsonb) as thing (id text)',
          [JSON.stringify([{ id: 'a' }, { id: 'b' }])],
        );
        expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
      });

      it('passes bytes that are part of a larger buffer', async () => {
        const part = Buffer.from('abcdef').subarray(2, 4);
        const [row] = await database.query<{ value: Uint8Array }>('acme', 'select $1::bytea as value', [
          part,
        ]);
        expect(Buffer.from(row!.value).toString()).toBe('cd');
      });

      it('computes with vectors passed as text', async () => {
        const rows = await database.query<{ distance: number }>(
          'acme',
          `select '[1,2,3]'::vector <-> $1::vector as distance`,
          ['[1,2,5]'],
        );
        expect(rows).toEqual([{ distance: 2 }]);
      });

      it('refuses a bigint that a number cannot hold', async () => {
        const query = database.query('acme', 'select 9007199254740993 as value');
        await expect(query).rejects.toMatchObject({ name: 'DatabaseError', code: '22003' });
      });

      it('refuses an object where text is expected', async () => {
        const query = database.query('acme', 'select $1::text as value', [{}]);
        await expect(query).rejects.toMatchObject({ code: '22000' });
      });

      it('refuses more parameters than the statement takes', async () => {
        await expect(database.query('acme', 'select 1 as value', ['x'])).rejects.toMatchObject({
          code: '08P01',
        });
      });
    });

    describe('errors', () => {
      it('tells a unique violation by its constraint', async () => {
        await database.query('acme', insertThing, ['acme', 'a', 1]);
        const error = await database
          .query('acme', insertThing, ['acme', 'a', 2])
          .catch((thrown: unknown) => thrown);
        expect([
          isUniqueViolation(error),
          isUniqueViolation(error, 'things_pkey'),
          isUniqueViolation(error, 'other'),
        ]).toEqual([true, true, false]);
      });

      it.each([
        ['a value of the wrong type', 'select $1::int', ['canary-7f3a']],
        ['a duplicate key', insertThing, ['acme', 'canary-7f3a', 1]],
        ['malformed JSON', 'select $1::jsonb', ['{"canary-7f3a']],
        ['an error raised by SQL', `select 1 / (length($1) - 11)`, ['canary-7f3a']],
      ])('never tells the values of %s', async (_, text, values) => {
        await database.query('acme', insertThing, ['acme', 'canary-7f3a', 1]);
        const error = (await database
          .query('acme', text, values)
          .catch((thrown: unknown) => thrown)) as Error;
        expect(`${error.name} ${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(
          'canary-7f3a',
        );
      });

      it.each([
        ['jsonb', 'select $1::jsonb', '['.repeat(100_000) + ']'.repeat(100_000)],
        ['a search', 'select $1::tsquery', '('.repeat(100_000) + 'a' + ')'.repeat(100_000)],
      ])('refuses what nests too deep in %s, and works on', async (_, text, value) => {
        const failure = await database.query('acme', text, [value]).catch((error: unknown) => error);
        expect([failure, await database.query('acme', 'select 1 as one')]).toEqual([
          expect.objectContaining({ name: 'DatabaseError' }),
          [{ one: 1 }],
        ]);
      });

      it.each(['text', 'jsonb'])(
        'tells the caller, not the log, that %s with U+0000 cannot be stored',
        async (type) => {
          const value = type === 'jsonb' ? JSON.stringify({ a: 'x\u0000' }) : 'x\u0000';
          await expect(database.query('acme', `select $1::${type} as value`, [value])).rejects.toMatchObject({
            code: 'INVALID_ARGUMENT',
            reason: 'TEXT_NOT_STORABLE',
          });
        },
      );

      it('works on after an error', async () => {
        await database.query('acme', 'select nothing').catch(() => undefined);
        expect(await database.query('acme', 'select 1 as one')).toEqual([{ one: 1 }]);
      });
    });

    describe('a batch', () => {
      it('answers with the rows of each statement', async () => {
        const results = await database.batch('acme', [
          { text: insertThing, values: ['acme', 'a', 1] },
          { text: 'select id, amount from things' },
          { text: 'select id from things where id = $1', values: ['none'] },
        ]);
        expect(results).toEqual([[], [{ id: 'a', amount: 1 }], []]);
      });

      it.each(['the first time', 'when its statements are known'])(
        'keeps nothing when one statement fails, %s',
        async () => {
          const statements = [
            { text: insertThing, values: ['acme', 'a', 1] },
            { text: 'select 1 / $1::int', values: [0] },
          ];
          await database.batch('acme', statements).catch(() => undefined);
          expect(await amounts('acme')).toEqual([]);
        },
      );

      it('runs no statement for an empty list', async () => {
        expect(await database.batch('acme', [])).toEqual([]);
      });

      it('keeps many batches at once apart', async () => {
        const ids = Array.from({ length: 100 }, (_, index) => index);
        await Promise.all(
          ids.map((id) => database.query(`tenant-${id}`, insertThing, [`tenant-${id}`, 'a', id])),
        );
        expect(await Promise.all(ids.map((id) => amounts(`tenant-${id}`)))).toEqual(ids.map((id) => [id]));
      });
    });

    describe('a transaction', () => {
      it('commits when its work resolves', async () => {
        const result = await database.transaction('acme', async (transaction) => {
          await transaction.query(insertThing, ['acme', 'a', 1]);
          const [row] = await transaction.query<{ amount: number }>('select amount from things');
          await transaction.query('update things set amount = $1', [row!.amount + 41]);
          return 'done';
        });
        expect([result, await amounts('acme')]).toEqual(['done', [42]]);
      });

      it('rolls back when its work rejects, and rejects with the same error', async () => {
        const failure = new Error('changed my mind');
        const transaction = database.transaction('acme', async (transaction) => {
          await transaction.query(insertThing, ['acme', 'a', 1]);
          throw failure;
        });
        await expect(transaction).rejects.toBe(failure);
        expect(await amounts('acme')).toEqual([]);
      });

      it('rejects when its work hides that a statement failed', async () => {
        const transaction = database.transaction('acme', async (transaction) => {
          await transaction.query(insertThing, ['acme', 'a', 1]);
          await transaction.query('select nothing').catch(() => undefined);
        });
        await expect(transaction).rejects.toMatchObject({ code: '25P02' });
      });

      it('shows nothing to others before it commits', async () => {
        const inserted = Promise.withResolvers<void>();
        const transaction = database.transaction('acme', async (transaction) => {
          await transaction.query(insertThing, ['acme', 'a', 1]);
          inserted.resolve();
          await transaction.query('update things set amount = 2');
        });
        await inserted.promise;
        const [seen] = await Promise.all([amounts('acme'), transaction]);
        expect([[], [2]]).toContainEqual(seen);
      });

      it('is rolled back with DEADLINE_EXCEEDED when it is held too long, and others go on', async () => {
        const held = database.transaction('acme', async (transaction) => {
          await transaction.query(insertThing, ['acme', 'a', 1]);
          await new Promise(() => undefined);
        });
        const [outcome, others] = await Promise.allSettled([held, amounts('acme')]);
        expect([outcome, others]).toMatchObject([{ reason: { code: 'DEADLINE_EXCEEDED' } }, { value: [] }]);
      });

      it('runs statements that are asked for at once one after the other', async () => {
        const seen = await database.transaction('acme', (transaction) =>
          Promise.all([
            transaction.query(insertThing, ['acme', 'a', 1]),
            transaction.query('update things set amount = amount + 1'),
            transaction.query('select amount from things'),
          ]),
        );
        expect(seen[2]).toEqual([{ amount: 2 }]);
      });

      it('may do nothing at all', async () => {
        expect(await database.transaction('acme', async () => 'nothing')).toBe('nothing');
      });

      it('refuses statements when it is over', async () => {
        const late = await database.transaction('acme', async (transaction) =>
          transaction.query.bind(transaction),
        );
        await expect(late('select 1')).rejects.toMatchObject({ code: 'ABORTED' });
      });
    });

    describe('tenants', () => {
      it('shows each tenant its own rows alone, without a filter in the SQL', async () => {
        await database.query('acme', insertThing, ['acme', 'a', 1]);
        await database.query('beta', insertThing, ['beta', 'a', 2]);
        expect([await amounts('acme'), await amounts('beta'), await amounts('gamma')]).toEqual([
          [1],
          [2],
          [],
        ]);
      });

      it('shows work across tenants the rows of all', async () => {
        await database.query(ALL_TENANTS, insertThing, ['acme', 'a', 1]);
        await database.query(ALL_TENANTS, insertThing, ['beta', 'a', 2]);
        expect(await amounts(ALL_TENANTS)).toEqual([1, 2]);
      });

      it('refuses to write a row of another tenant', async () => {
        await expect(database.query('acme', insertThing, ['beta', 'a', 1])).rejects.toMatchObject({
          code: '42501',
        });
      });

      it('refuses to give a row to another tenant', async () => {
        await database.query('acme', insertThing, ['acme', 'a', 1]);
        await expect(database.query('acme', `update things set tenant_id = 'beta'`)).rejects.toMatchObject({
          code: '42501',
        });
      });

      it('holds inside a transaction too', async () => {
        await database.query('acme', insertThing, ['acme', 'a', 1]);
        const seen = await database.transaction('beta', (transaction) =>
          transaction.query('select * from things'),
        );
        expect(seen).toEqual([]);
      });

      it('keeps no tenant for the next piece of work, whatever the SQL before it set', async () => {
        await database.query('acme', insertThing, ['acme', 'a', 1]);
        await database.query(
          'acme',
          `select set_config('weft.tenant_id', 'acme', false), set_config('role', 'none', false)`,
        );
        expect(await amounts('beta')).toEqual([]);
      });

      it.each(['*', ''])('refuses "%s" as the id of a tenant', async (tenant) => {
        await expect(database.query(tenant, 'select 1')).rejects.toMatchObject({ code: 'INTERNAL' });
      });

      it('touches no row of another tenant, whatever is done', async () => {
        const operation = fc.record({
          tenant: fc.constantFrom('acme', 'beta'),
          kind: fc.constantFrom('insert', 'add', 'delete', 'fail'),
          id: fc.constantFrom('a', 'b', 'c'),
          amount: fc.integer({ min: 1, max: 9 }),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
            await database.query(ALL_TENANTS, 'delete from things');
            const model = { acme: new Map<string, number>(), beta: new Map<string, number>() };
            for (const { tenant, kind, id, amount } of operations) {
              const own = model[tenant as keyof typeof model];
              if (kind === 'insert') {
                await database.query(
                  tenant,
                  `${insertThing} on conflict (tenant_id, id) do update set amount = excluded.amount`,
                  [tenant, id, amount],
                );
                own.set(id, amount);
              } else if (kind === 'add') {
                await database.query(tenant, 'update things set amount = amount + $1', [amount]);
                for (const [key, value] of own) own.set(key, value + amount);
              } else if (kind === 'delete') {
                await database.query(tenant, 'delete from things where id = $1', [id]);
                own.delete(id);
              } else {
                await database.query(tenant, 'update things set amount = amount / 0').catch(() => undefined);
              }
            }
            for (const [tenant, rows] of Object.entries(model)) {
              const expected = [...rows]
                .sort(([left], [right]) => left.localeCompare(right))
                .map(([, amount]) => amount);
              expect(await amounts(tenant)).toEqual(expected);
            }
          }),
          { numRuns: 40 },
        );
      });
    });

    describe('the role of a service', () => {
      it.each([
        ['makes no tables', 'create table more (id text)'],
        ['changes no tables', 'alter table things disable row level security'],
        ['drops no policies', 'drop policy weft_tenant on things'],
        ['empties no tables', 'truncate things'],
        ['reads no migrations', 'select * from schema_migrations'],
        ['calls no functions of migrations', `select weft_tenant_table('things')`],
      ])('%s', async (_, text) => {
        await expect(database.query(ALL_TENANTS, text)).rejects.toMatchObject({ code: '42501' });
      });

      it('reads no tables of another service', async () => {
        const other = await engine.openSchema({ schema: 'contract_other', logger: silentLogger });
        await expect(other.query(ALL_TENANTS, 'select * from contract.things')).rejects.toMatchObject({
          code: '42501',
        });
      });
    });

    it('is ready while it is open', async () => {
      await expect(engine.checkReady()).resolves.toBeUndefined();
    });
  });

  describe(`${name} when it is closed`, () => {
    let engine: DatabaseEngine;
    let database: Database;

    beforeAll(async () => {
      engine = await makeEngine({ transactionMsMax: 1000 });
      database = await engine.openSchema({ schema: 'contract', logger: silentLogger });
    });

    it('finishes the work it was asked for before', async () => {
      const asked = database.query('acme', 'select 1 as one');
      await engine.close();
      expect(await asked).toEqual([{ one: 1 }]);
    });

    it.each([
      ['queries', () => database.query('acme', 'select 1')],
      ['batches', () => database.batch('acme', [{ text: 'select 1' }])],
      ['transactions', () => database.transaction('acme', async () => undefined)],
      ['being ready', () => engine.checkReady()],
    ])('refuses %s with UNAVAILABLE', async (_, work) => {
      await engine.close();
      await expect(work()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  });
}
