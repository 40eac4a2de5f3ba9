import { retrieval } from '@weft/contracts';
import { type Ingestion } from './ingestion';
import { type IngestionStore } from './ingestion-store';
import { watchIngestion } from './watch-ingestion';

const times = { heartbeatMs: 0, pollMsMin: 1, pollMsMax: 1 };

function ingestion(created: number, documentCount: number): Ingestion {
  const now = new Date();
  const finishTime = created === documentCount ? now : undefined;
  const counts = { created, replaced: 0, unchanged: 0, failed: 0 };
  return {
    ...counts,
    id: 'i',
    collection: 'c',
    documentCount,
    begun: true,
    cancelled: false,
    createTime: now,
    updateTime: now,
    finishTime,
  };
}

/** Answers each look with how many documents are done by then, and gives no more results at once than it should. */
function storeOf(looks: number[], documentCount: number, resultsPerRead = 100) {
  let look = 0;
  const follow: IngestionStore['follow'] = async (_tenantId, _id, after) => {
    const done = looks[Math.min(look++, looks.length - 1)]!;
    const results = Array.from({ length: Math.min(done - after, resultsPerRead) }, (_, index) =>
      retrieval.IngestResult.fromPartial({ documentIndex: after + index }),
    );
    return { ingestion: ingestion(done, documentCount), results };
  };
  return { follow } as IngestionStore;
}

async function kinds(store: IngestionStore) {
  const cases: string[] = [];
  const watched = { tenantId: 't', id: 'i' };
  for await (const event of watchIngestion(store, watched, new AbortController().signal, times))
    cases.push(event.$case);
  return cases;
}

it('sends a heartbeat in a silence, and none beside an event', async () => {
  expect(await kinds(storeOf([0, 0, 0, 1], 1))).toEqual([
    'progress',
    'heartbeat',
    'heartbeat',
    'result',
    'progress',
    'completed',
  ]);
});

it('gives all results of many before it ends', async () => {
  const cases = await kinds(storeOf([5], 5, 2));
  expect([cases.filter((each) => each === 'result').length, cases.at(-1)]).toEqual([5, 'completed']);
});

it('ends when the caller leaves while nothing happens', async () => {
  const caller = new AbortController();
  const read = (async () => {
    const watched = { tenantId: 't', id: 'i' };
    for await (const { $case } of watchIngestion(storeOf([0], 1), watched, caller.signal, times))
      if ($case === 'heartbeat') caller.abort();
  })();
  await expect(read).rejects.toMatchObject({ code: 'CANCELLED' });
});
