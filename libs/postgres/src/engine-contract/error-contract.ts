import { isUniqueViolation } from '../database-error';
import { type EngineStand, insertThing } from './engine-stand';

/** What a failure tells, and what it never tells. */
export function errorContract(stand: EngineStand): void {
  it('tells a unique violation by its constraint', async () => {
    await stand.database.query('acme', insertThing, ['acme', 'a', 1]);
    const error = await stand.database
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
    await stand.database.query('acme', insertThing, ['acme', 'canary-7f3a', 1]);
    const error = (await stand.database
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
    const failure = await stand.database.query('acme', text, [value]).catch((error: unknown) => error);
    expect([failure, await stand.database.query('acme', 'select 1 as one')]).toEqual([
      expect.objectContaining({ name: 'DatabaseError' }),
      [{ one: 1 }],
    ]);
  });

  it.each(['text', 'jsonb'])(
    'tells the caller, not the log, that %s with U+0000 cannot be stored',
    async (type) => {
      const value = type === 'jsonb' ? JSON.stringify({ a: 'x\u0000' }) : 'x\u0000';
      await expect(
        stand.database.query('acme', `select $1::${type} as value`, [value]),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'TEXT_NOT_STORABLE',
      });
    },
  );

  it('works on after an error', async () => {
    await stand.database.query('acme', 'select nothing').catch(() => undefined);
    expect(await stand.database.query('acme', 'select 1 as one')).toEqual([{ one: 1 }]);
  });
}
