import { internal, unavailable, WeftError } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { type IngestDocuments, type IngestRequest } from '../ingest-documents';
import { type IngestResult } from '../ingest-event';
import { type ClaimedDocument } from './ingestion';
import { claimLost } from './ingestion-errors';
import { type IngestionStore, type PutOff } from './ingestion-store';
import { IngestionWorker } from './ingestion-worker';

const options = { concurrency: 1, leaseMs: 30, attemptsMax: 3, sweepMs: 5, keptMs: 1000 };
const document = { uri: 'a', mediaType: '', title: '', metadata: {}, contentHash: '', sizeBytes: 1 };

function claimed(attempts = 1): ClaimedDocument {
  return {
    claim: { ingestionId: 'i', documentIndex: 0, claimId: 'c' },
    tenantId: 't',
    collection: 'docs',
    document,
    content: Buffer.from('x'),
    attempts,
    retries: 0,
  };
}

/** A store with one document, which tells what is done with it. */
function storeWith(next: ClaimedDocument, held = () => true) {
  const done = Promise.withResolvers<{ settled: IngestResult } | { putOff: PutOff }>();
  const waiting = [next];
  const store: Partial<IngestionStore> = {
    claim: async () => waiting.shift(),
    renew: async () => held(),
    prune: async () => 0,
    settle: async (_, settled) => done.resolve({ settled }),
    putOff: async (_, putOff) => done.resolve({ putOff }),
  };
  return { store: store as IngestionStore, done: done.promise };
}

type Ingest = (request: IngestRequest, signal: AbortSignal) => Promise<IngestResult[]>;

function workerOf(store: IngestionStore, ingest: Ingest) {
  const ingestDocuments = {
    ingest: (_tenantId: string, request: IngestRequest, { signal }: { signal: AbortSignal }) =>
      ingest(request, signal),
  } as unknown as IngestDocuments;
  return new IngestionWorker(store, ingestDocuments, options, silentLogger);
}

const failure = (error: WeftError): IngestResult => ({
  outcome: 'failed',
  given: document,
  error,
  earlier: undefined,
});

/** Lasts until the signal is aborted. */
const untilAborted: Ingest = (_, signal) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

async function outcomeOf(next: ClaimedDocument, ingest: Ingest) {
  const { store, done } = storeWith(next);
  const worker = workerOf(store, ingest);
  worker.start();
  const outcome = await done;
  await worker.stop();
  return outcome;
}

it('works under the claim', async () => {
  const request = Promise.withResolvers<IngestRequest>();
  await outcomeOf(claimed(), async (given) => {
    request.resolve(given);
    return [failure(new WeftError('INVALID_ARGUMENT', 'DOCUMENT_EMPTY', ''))];
  });
  expect(await request.promise).toMatchObject({ collection: 'docs', claim: { claimId: 'c' } });
});

it('says what a document failed with whose own fault it is', async () => {
  const failed = failure(new WeftError('INVALID_ARGUMENT', 'DOCUMENT_EMPTY', ''));
  expect(await outcomeOf(claimed(), async () => [failed])).toEqual({ settled: failed });
});

it('says so when the collection is gone', async () => {
  const error = new WeftError('NOT_FOUND', 'COLLECTION_NOT_FOUND', '');
  const outcome = await outcomeOf(claimed(), () => Promise.reject(error));
  expect(outcome).toMatchObject({
    settled: { outcome: 'failed', error: { reason: 'COLLECTION_NOT_FOUND' } },
  });
});

it('puts a document off in an outage, and does not count it', async () => {
  const outcome = await outcomeOf(claimed(), async () => [failure(unavailable('DOWN', 'It is down.'))]);
  expect(outcome).toMatchObject({ putOff: { counted: false } });
});

it('puts a document off that met a defect, and counts it', async () => {
  const outcome = await outcomeOf(claimed(), () => Promise.reject(internal('a defect')));
  expect(outcome).toMatchObject({ putOff: { counted: true } });
});

it('gives up a document that met a defect too often', async () => {
  const outcome = await outcomeOf(claimed(3), () => Promise.reject(internal('a defect')));
  expect(outcome).toMatchObject({ settled: { error: { reason: 'INTERNAL' } } });
});

it('gives up a document whose workers were killed too often, without another try', async () => {
  const ingest = jest.fn<ReturnType<Ingest>, Parameters<Ingest>>();
  const outcome = await outcomeOf(claimed(4), ingest);
  expect([outcome, ingest.mock.calls]).toEqual([
    {
      settled: expect.objectContaining({ error: expect.objectContaining({ reason: 'INGESTION_GIVEN_UP' }) }),
    },
    [],
  ]);
});

it('gives a document back when it stops, and does not count it', async () => {
  const { store, done } = storeWith(claimed());
  const begun = Promise.withResolvers<void>();
  const worker = workerOf(store, (request, signal) => {
    begun.resolve();
    return untilAborted(request, signal);
  });
  worker.start();
  await begun.promise;
  await worker.stop();
  expect(await done).toEqual({ putOff: { delayMs: 0, counted: false } });
});

it('leaves a document alone once another one has it', async () => {
  const { store } = storeWith(claimed(), () => false);
  const settle = jest.spyOn(store, 'settle');
  const putOff = jest.spyOn(store, 'putOff');
  const ended = Promise.withResolvers<unknown>();
  const worker = workerOf(store, (request, signal) => {
    const work = untilAborted(request, signal);
    work.catch(ended.resolve);
    return work;
  });
  worker.start();
  const reason = await ended.promise;
  await worker.stop();
  expect([reason, settle.mock.calls, putOff.mock.calls]).toEqual([claimLost(), [], []]);
});

it('looks for documents of which nothing tells', async () => {
  const found = Promise.withResolvers<void>();
  let looks = 0;
  const { store } = storeWith(claimed());
  store.claim = async () => {
    looks += 1;
    if (looks === 3) found.resolve();
    return undefined;
  };
  const worker = workerOf(store, untilAborted);
  worker.start();
  await found.promise;
  await worker.stop();
  expect(looks).toBeGreaterThanOrEqual(3);
});
