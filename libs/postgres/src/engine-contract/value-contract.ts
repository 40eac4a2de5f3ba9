import { type EngineStand } from './engine-stand';

/** What values come back as, and which are taken or refused. */
export function valueContract(stand: EngineStand): void {
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
    const rows = await stand.database.query<{ value: unknown }>('acme', `select ${expression} as value`, [
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
    const rows = await stand.database.query<{ value: unknown }>('acme', `select ${expression} as value`, [
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
    const query = stand.database.query('acme', `select ${expression} as value`, [given]);
    await expect(query).rejects.toMatchObject({
      name: 'DatabaseError',
      code: expect.stringMatching(/^22/),
      message: expect.not.stringContaining('canary'),
    });
  });

  it('brings the last of columns with the same name', async () => {
    const [row] = await stand.database.query('acme', 'select 1 as same, 2 as same');
    expect(row).toEqual({ same: 2 });
  });

  it('takes JSON text for jsonb as it is', async () => {
    const rows = await stand.database.query<{ id: string }>(
      'acme',
      'select id from jsonb_to_recordset($1::jsonb) as thing (id text)',
      [JSON.stringify([{ id: 'a' }, { id: 'b' }])],
    );
    expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('passes bytes that are part of a larger buffer', async () => {
    const part = Buffer.from('abcdef').subarray(2, 4);
    const [row] = await stand.database.query<{ value: Uint8Array }>('acme', 'select $1::bytea as value', [
      part,
    ]);
    expect(Buffer.from(row!.value).toString()).toBe('cd');
  });

  it('computes with vectors passed as text', async () => {
    const rows = await stand.database.query<{ distance: number }>(
      'acme',
      `select '[1,2,3]'::vector <-> $1::vector as distance`,
      ['[1,2,5]'],
    );
    expect(rows).toEqual([{ distance: 2 }]);
  });

  it('refuses a bigint that a number cannot hold', async () => {
    const query = stand.database.query('acme', 'select 9007199254740993 as value');
    await expect(query).rejects.toMatchObject({ name: 'DatabaseError', code: '22003' });
  });

  it('refuses an object where text is expected', async () => {
    const query = stand.database.query('acme', 'select $1::text as value', [{}]);
    await expect(query).rejects.toMatchObject({ code: '22000' });
  });

  it('refuses more parameters than the statement takes', async () => {
    await expect(stand.database.query('acme', 'select 1 as value', ['x'])).rejects.toMatchObject({
      code: '08P01',
    });
  });
}
