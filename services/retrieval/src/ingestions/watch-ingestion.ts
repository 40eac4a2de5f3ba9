import { setTimeout as wait } from 'node:timers/promises';
import { type retrieval } from '@weft/contracts';
import { abortReason } from '@weft/rpc';
import { doneCount, type Ingestion } from './ingestion';
import { ingestionMessage } from './ingestion-message';
import { type IngestionStore } from './ingestion-store';

type Event = NonNullable<retrieval.WatchIngestionResponse['event']>;

export interface WatchTimes {
  /** After how long without an event a heartbeat is sent. */
  heartbeatMs: number;
  /** How long to wait between looks: the shorter after something has happened, doubled with each look at which nothing has. */
  pollMsMin: number;
  pollMsMax: number;
}

/**
 * Tells the progress of an ingestion from what the database has, so that it does not matter which process works on it, or has died meanwhile.
 *
 * @throws WeftError NOT_FOUND
 */
export async function* watchIngestion(
  store: IngestionStore,
  { tenantId, id }: { tenantId: string; id: string },
  signal: AbortSignal,
  times: WatchTimes,
): AsyncGenerator<Event, void, undefined> {
  let told: Ingestion | undefined;
  let results = 0;
  let pollMs = times.pollMsMin;
  let eventTime = performance.now();
  for (;;) {
    const progress = await store.follow(tenantId, id, results);
    const { ingestion } = progress;
    const news: Event[] = progress.results.map((value) => ({ $case: 'result', value }));
    results += news.length;
    const changed = told === undefined || progressKey(told) !== progressKey(ingestion);
    if (told === undefined) news.unshift(progressOf(ingestion));
    else if (changed) news.push(progressOf(ingestion));
    told = ingestion;
    yield* news;
    if (ingestion.finishTime !== undefined && results >= ingestion.documentCount) {
      yield { $case: 'completed', value: completedOf(ingestion) };
      return;
    }
    if (news.length > 0) {
      eventTime = performance.now();
      pollMs = times.pollMsMin;
    } else if (performance.now() - eventTime >= times.heartbeatMs) {
      yield { $case: 'heartbeat', value: {} };
      eventTime = performance.now();
    }
    // What is there already is not waited for.
    if (progress.results.length > 0 && results < doneCount(ingestion)) continue;
    await wait(pollMs, undefined, { signal }).catch(() => {
      throw abortReason(signal);
    });
    pollMs = Math.min(pollMs * 2, times.pollMsMax);
  }
}

function progressKey(ingestion: Ingestion): string {
  return [ingestion.begun, doneCount(ingestion), ingestion.finishTime !== undefined].join();
}

function progressOf(ingestion: Ingestion): Event {
  return { $case: 'progress', value: ingestionMessage(ingestion) };
}

function completedOf({ created, replaced, unchanged, failed }: Ingestion): retrieval.IngestCompleted {
  return { created, replaced, unchanged, failed };
}
