import { type EngineStand, insertThing } from './engine-stand';

/** Statements that depend on each other, and what holds one up. */
export function transactionContract(stand: EngineStand): void {
  const { amounts } = stand;

  it('commits when its work resolves', async () => {
    const result = await stand.database.transaction('acme', async (transaction) => {
      await transaction.query(insertThing, ['acme', 'a', 1]);
      const [row] = await transaction.query<{ amount: number }>('select amount from things');
      await transaction.query('update things set amount = $1', [row!.amount + 41]);
      return 'done';
    });
    expect([result, await amounts('acme')]).toEqual(['done', [42]]);
  });

  it('rolls back when its work rejects, and rejects with the same error', async () => {
    const failure = new Error('changed my mind');
    const transaction = stand.database.transaction('acme', async (transaction) => {
      await transaction.query(insertThing, ['acme', 'a', 1]);
      throw failure;
    });
    await expect(transaction).rejects.toBe(failure);
    expect(await amounts('acme')).toEqual([]);
  });

  it('rejects when its work hides that a statement failed', async () => {
    const transaction = stand.database.transaction('acme', async (transaction) => {
      await transaction.query(insertThing, ['acme', 'a', 1]);
      await transaction.query('select nothing').catch(() => undefined);
    });
    await expect(transaction).rejects.toMatchObject({ code: '25P02' });
  });

  it('shows nothing to others before it commits', async () => {
    const inserted = Promise.withResolvers<void>();
    const transaction = stand.database.transaction('acme', async (transaction) => {
      await transaction.query(insertThing, ['acme', 'a', 1]);
      inserted.resolve();
      await transaction.query('update things set amount = 2');
    });
    await inserted.promise;
    const [seen] = await Promise.all([amounts('acme'), transaction]);
    expect([[], [2]]).toContainEqual(seen);
  });

  it('is rolled back with DEADLINE_EXCEEDED when it is held too long, and others go on', async () => {
    const held = stand.database.transaction('acme', async (transaction) => {
      await transaction.query(insertThing, ['acme', 'a', 1]);
      await new Promise(() => undefined);
    });
    const [outcome, others] = await Promise.allSettled([held, amounts('acme')]);
    expect([outcome, others]).toMatchObject([{ reason: { code: 'DEADLINE_EXCEEDED' } }, { value: [] }]);
  });

  it('runs statements that are asked for at once one after the other', async () => {
    const seen = await stand.database.transaction('acme', (transaction) =>
      Promise.all([
        transaction.query(insertThing, ['acme', 'a', 1]),
        transaction.query('update things set amount = amount + 1'),
        transaction.query('select amount from things'),
      ]),
    );
    expect(seen[2]).toEqual([{ amount: 2 }]);
  });

  it('may do nothing at all', async () => {
    expect(await stand.database.transaction('acme', async () => 'nothing')).toBe('nothing');
  });

  it('refuses statements when it is over', async () => {
    const late = await stand.database.transaction('acme', async (transaction) =>
      transaction.query.bind(transaction),
    );
    await expect(late('select 1')).rejects.toMatchObject({ code: 'ABORTED' });
  });
}
