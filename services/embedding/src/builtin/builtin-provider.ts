import { internal, unavailable, WeftError } from '@weft/errors';
import { abortReason } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type EmbeddedText, type EmbeddedTexts, type EmbeddingProvider } from '../embedding-provider';
import { builtinDimensions, roughTokenCount, textLengthMax } from './builtin-model';
import { FairQueue, type QueuedText } from './fair-queue';
import { type ModelRun, ModelThread, modelWorkerPath } from './model-thread';

/**
 * How much one run takes: sixteen sentences, or two long texts. Batches make short texts cheaper (11 ms alone, 4 ms among
 * sixteen) and long ones not at all (50 ms each), and a question that arrives waits for the run in hand.
 */
const runCostMax = 256;
const runTimeoutMs = 60_000;

interface Item extends QueuedText {
  index: number;
}

interface Job {
  waiting: Item[];
  results: EmbeddedText[];
  missing: number;
  resolve(): void;
  reject(error: unknown): void;
}

export interface BuiltinProviderOptions {
  /** The most worker threads. */
  workers: number;
  /** The most texts that may wait. */
  queueMax: number;
  /** After how long without work a thread ends and gives its memory back, about 100 MB. */
  idleMs: number;
  logger: Logger;
  /** Default: the worker with the model. */
  workerPath?: string;
}

/** The built-in model in worker threads. They start with the first text; one that crashes fails what it had in hand, and another takes its place. */
export class BuiltinProvider implements EmbeddingProvider {
  readonly name = 'builtin';
  readonly limits = { textsMax: 64, charactersMax: Infinity, callsAtOnce: 2 };
  private readonly queue = new FairQueue<Item, Job>();
  /** Threads without work, with the timers that end them; the one used last comes last. */
  private readonly idle = new Map<ModelThread, NodeJS.Timeout>();
  private readonly threads = new Set<ModelThread>();
  private closed = false;

  constructor(private readonly options: BuiltinProviderOptions) {}

  async embed(_model: string, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    if (signal.aborted) throw abortReason(signal);
    if (this.closed) throw stopped();
    if (this.queue.size + texts.length > this.options.queueMax) throw queueFull(this.options.queueMax);
    return { texts: await this.enqueue(texts, signal), estimated: false };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.idle.forEach((timer) => clearTimeout(timer));
    for (const job of this.queue.clear()) job.reject(stopped());
    await Promise.all([...this.threads].map((thread) => thread.end()));
  }

  private enqueue(texts: readonly string[], signal: AbortSignal): Promise<EmbeddedText[]> {
    const items = texts.map((text, index) => {
      const cut = text.slice(0, textLengthMax);
      return { index, text: cut, cost: roughTokenCount(cut) };
    });
    // Texts of like length go together, since each run is as long as its longest text.
    items.sort((a, b) => a.cost - b.cost);
    const { promise, resolve, reject } = Promise.withResolvers<EmbeddedText[]>();
    const results: EmbeddedText[] = [];
    const onAbort = () => job.reject(abortReason(signal));
    const job: Job = {
      waiting: items,
      results,
      missing: texts.length,
      resolve: () => resolve(results),
      reject: (error) => {
        this.queue.remove(job);
        reject(error);
      },
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.queue.add(job);
    this.dispatch();
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  private dispatch(): void {
    while (this.queue.size > 0 && !this.closed) {
      const thread = this.takeIdle() ?? this.startThread();
      if (thread === undefined) return;
      void this.runBatch(thread);
    }
  }

  private takeIdle(): ModelThread | undefined {
    const thread = [...this.idle.keys()].at(-1);
    if (thread === undefined) return undefined;
    clearTimeout(this.idle.get(thread));
    this.idle.delete(thread);
    return thread;
  }

  private makeIdle(thread: ModelThread): void {
    if (!this.threads.has(thread)) return;
    const timer = setTimeout(() => {
      this.idle.delete(thread);
      void thread.end();
    }, this.options.idleMs);
    this.idle.set(thread, timer.unref());
  }

  private startThread(): ModelThread | undefined {
    if (this.threads.size >= this.options.workers) return undefined;
    const thread = new ModelThread(this.options.workerPath ?? modelWorkerPath, runTimeoutMs, (cause) => {
      this.threads.delete(thread);
      clearTimeout(this.idle.get(thread));
      this.idle.delete(thread);
      if (cause !== undefined)
        this.options.logger.error({ err: cause }, 'a worker of the embedding model ended');
      this.dispatch();
    });
    this.threads.add(thread);
    return thread;
  }

  private async runBatch(thread: ModelThread): Promise<void> {
    const batch = this.queue.take(runCostMax);
    try {
      const run = await thread.run(batch.map(({ item }) => item.text));
      deliver(batch, run);
      this.makeIdle(thread);
    } catch (error) {
      for (const { job } of batch) job.reject(error);
      // A failed run may leave the model in any state.
      await thread.end();
    }
    this.dispatch();
  }
}

function deliver(batch: { job: Job; item: Item }[], { vectors, tokenCounts }: ModelRun): void {
  if (vectors.length !== batch.length * builtinDimensions)
    throw internal('the embedding model gave vectors of another size');
  for (const [place, { job, item }] of batch.entries()) {
    // A copy of its own, so that one vector that is kept does not keep the whole batch.
    const vector = vectors.slice(place * builtinDimensions, (place + 1) * builtinDimensions);
    job.results[item.index] = { vector, tokenCount: tokenCounts[place]! };
    job.missing -= 1;
    if (job.missing === 0) job.resolve();
  }
}

function stopped(): WeftError {
  return unavailable('EMBEDDING_STOPPED', 'The embedding service is stopping.');
}

function queueFull(queueMax: number): WeftError {
  return new WeftError(
    'RESOURCE_EXHAUSTED',
    'EMBEDDING_QUEUE_FULL',
    `The built-in embedding model has ${queueMax} texts waiting. Send less at once, or later.`,
    { retryDelayMs: 1000, metadata: { limit: String(queueMax) } },
  );
}
