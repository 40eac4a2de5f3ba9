import { setTimeout } from 'node:timers/promises';
import { internal, unavailable, WeftError } from '@weft/errors';
import { publicError, serviceCaller } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type IngestDocuments } from '../ingest-documents';
import { type IngestResult } from '../ingest-event';
import { type ClaimedDocument } from './ingestion';
import { claimLost, givenUp } from './ingestion-errors';
import { type IngestionStore } from './ingestion-store';
import { retryOf } from './retry-policy';
import { WakeSignal } from './wake-signal';

/** How accepted documents are worked on. */
export interface IngestionWorkerOptions {
  /** How many documents at a time. */
  concurrency: number;
  /** How long a claim holds without a sign of life; after it another worker may take the document over. */
  leaseMs: number;
  /** How often a document is begun before it is given up; outages do not count. */
  attemptsMax: number;
  /** How often to look for documents of which no event tells: those of killed workers, and those that were put off. */
  sweepMs: number;
  /** How long finished ingestions are kept. */
  keptMs: number;
}

/** How long one document may take. */
const documentTimeoutMs = 600_000;
/** How long a worker rests after an outage, so that it does not read one document after the other in vain. */
const outagePauseMs = 1000;
const pruneIntervalMs = 600_000;

/** Ingests accepted documents, those of all tenants in turn. Any number of workers share the work, in any number of processes. */
export class IngestionWorker {
  private readonly working = new Set<AbortController>();
  private readonly wakes = new WakeSignal();
  private readonly loops: Promise<void>[] = [];
  private readonly stopped = new AbortController();
  private lastTenantId = '';
  private pruneTime = 0;
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: IngestionStore,
    private readonly ingestDocuments: IngestDocuments,
    private readonly options: IngestionWorkerOptions,
    private readonly logger: Logger,
  ) {}

  start(): void {
    for (let loop = 0; loop < this.options.concurrency; loop += 1) this.loops.push(this.run());
    // One looks; when it finds something it wakes the others.
    this.sweep = setInterval(() => this.wakes.wakeOne(), this.options.sweepMs);
  }

  /** Says that documents may have been accepted. */
  wake(): void {
    this.wakes.wake();
  }

  /** Gives the documents that are worked on back, for other workers to take at once. */
  async stop(): Promise<void> {
    clearInterval(this.sweep);
    this.stopped.abort();
    for (const work of this.working) work.abort(workerStopped());
    this.wakes.wake();
    await Promise.all(this.loops);
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const ticket = this.wakes.ticket();
      const claimed = await this.next();
      if (claimed === undefined) {
        await this.prune();
        if (!this.stopped.signal.aborted) await this.wakes.after(ticket);
        continue;
      }
      this.wakes.wake();
      const outage = await this.work(claimed);
      if (outage) await this.rest();
    }
  }

  private async rest(): Promise<void> {
    await setTimeout(outagePauseMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }

  private async next(): Promise<ClaimedDocument | undefined> {
    try {
      const claimed = await this.store.claim(this.lastTenantId);
      this.lastTenantId = claimed?.tenantId ?? '';
      return claimed;
    } catch (error) {
      this.logger.warn({ err: error }, 'accepted documents could not be looked for');
      return undefined;
    }
  }

  /** Never rejects. Resolves to whether something that all documents need is away. */
  private async work(claimed: ClaimedDocument): Promise<boolean> {
    const abort = new AbortController();
    this.working.add(abort);
    if (this.stopped.signal.aborted) abort.abort(workerStopped());
    const renewal = setInterval(() => void this.renew(claimed, abort), this.options.leaseMs / 3);
    try {
      return await this.conclude(claimed, await this.ingest(claimed, abort.signal), abort.signal);
    } catch (error) {
      // The lease ends by itself, and then the document is begun again.
      if (!isClaimLost(error)) this.logger.warn({ err: error }, 'an accepted document was left as it is');
      return false;
    } finally {
      clearInterval(renewal);
      this.working.delete(abort);
    }
  }

  private async renew(claimed: ClaimedDocument, abort: AbortController): Promise<void> {
    try {
      if (!(await this.store.renew(claimed))) abort.abort(claimLost());
    } catch (error) {
      this.logger.warn({ err: error }, 'the claim on an accepted document could not be renewed');
    }
  }

  private async ingest(claimed: ClaimedDocument, signal: AbortSignal): Promise<IngestResult> {
    const { tenantId, collection, document, content, claim, attempts } = claimed;
    if (attempts > this.options.attemptsMax) return failed(claimed, givenUp(attempts - 1));
    const { caller } = serviceCaller({ service: 'retrieval', tenantId, timeoutMs: documentTimeoutMs });
    const request = { collection, documents: [{ ...document, content }], field: 'documents', claim };
    try {
      const call = { caller, signal };
      const [result] = await this.ingestDocuments.ingest(tenantId, request, call, async () => undefined);
      if (result === undefined) throw internal('an ingestion of one document has no result');
      return result;
    } catch (error) {
      return failed(claimed, publicError(error));
    }
  }

  private async conclude(
    claimed: ClaimedDocument,
    result: IngestResult,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (result.outcome !== 'failed') {
      // What was stored was settled with it.
      if (result.outcome === 'unchanged') await this.store.settle(claimed, result);
      return false;
    }
    if (isClaimLost(result.error) || isClaimLost(signal.reason)) return false;
    if (signal.aborted) {
      await this.store.putOff(claimed, { delayMs: 0, counted: false });
      return false;
    }
    const retry = retryOf(result.error, claimed, this.options.attemptsMax);
    if (retry === undefined) {
      await this.store.settle(claimed, result);
      return false;
    }
    const { ingestionId, documentIndex } = claimed.claim;
    const facts = { reason: result.error.reason, ingestionId, documentIndex, delayMs: retry.delayMs };
    this.logger.warn(facts, 'an accepted document is tried again later');
    await this.store.putOff(claimed, retry);
    return retry.outage;
  }

  private async prune(): Promise<void> {
    if (performance.now() < this.pruneTime) return;
    this.pruneTime = performance.now() + pruneIntervalMs;
    try {
      while (!this.stopped.signal.aborted && (await this.store.prune(this.options.keptMs)) > 0);
    } catch (error) {
      this.logger.warn({ err: error }, 'finished ingestions could not be forgotten');
    }
  }
}

function failed({ document }: ClaimedDocument, error: WeftError): IngestResult {
  return { outcome: 'failed', given: document, error, earlier: undefined };
}

function workerStopped(): WeftError {
  return unavailable('WORKER_STOPPED', 'The worker stops.');
}

function isClaimLost(error: unknown): boolean {
  return error instanceof WeftError && error.reason === 'CLAIM_LOST';
}
