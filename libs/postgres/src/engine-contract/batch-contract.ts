import { type EngineStand, insertThing } from './engine-stand';

/** Statements that go out together: all of them or none. */
export function batchContract(stand: EngineStand): void {
  const { amounts } = stand;

  it('answers with the rows of each statement', async () => {
    const results = await stand.database.batch('acme', [
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
      await stand.database.batch('acme', statements).catch(() => undefined);
      expect(await amounts('acme')).toEqual([]);
    },
  );

  it('runs no statement for an empty list', async () => {
    expect(await stand.database.batch('acme', [])).toEqual([]);
  });

  it('keeps many batches at once apart', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(
      ids.map((id) => stand.database.query(`tenant-${id}`, insertThing, [`tenant-${id}`, 'a', id])),
    );
    expect(await Promise.all(ids.map((id) => amounts(`tenant-${id}`)))).toEqual(ids.map((id) => [id]));
  });
}
