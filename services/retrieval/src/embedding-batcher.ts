import { WeftError } from '@weft/errors';
import { type EmbeddedTexts, type EmbeddingCall, type TextEmbedder } from './text-embedder';

export interface EmbeddingBatcherOptions {
  embedder: TextEmbedder;
  /** Empty takes the default model. */
  model: string;
  call: EmbeddingCall;
  /** The most texts of one call. */
  batchSize: number;
  /** The most calls at the same time. */
  concurrency: number;
}

/** The texts of one document on their way to vectors. */
interface Job {
  texts: readonly string[];
  vectors: (readonly number[])[];
  /** The first text that no call has taken yet. */
  next: number;
  done: number;
  model: string;
  dimensions: number;
  settled: boolean;
  onProgress(done: number): void;
  resolve(embedded: EmbeddedTexts): void;
  reject(error: unknown): void;
}

/** Some texts of a job in a call. */
interface Slice {
  job: Job;
  first: number;
  texts: readonly string[];
}

/** Codes of errors that say nothing about the texts, so that asking again one by one would only add load. */
const outages = new Set(['CANCELLED', 'DEADLINE_EXCEEDED', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'NOT_FOUND']);

/**
 * Embeds the texts of many documents with few calls: what is added while the calls are busy goes into the next ones, first come, first
 * served, several documents in one call.
 */
export class EmbeddingBatcher {
  private readonly jobs: Job[] = [];
  private calls = 0;

  constructor(private readonly options: EmbeddingBatcherOptions) {}

  /** Embeds the texts of one document. One document's failure is not another's. */
  embed(texts: readonly string[], onProgress: (done: number) => void): Promise<EmbeddedTexts> {
    return new Promise((resolve, reject) => {
      this.jobs.push({
        texts,
        vectors: new Array(texts.length),
        next: 0,
        done: 0,
        model: '',
        dimensions: 0,
        settled: false,
        onProgress,
        resolve,
        reject,
      });
      this.pump();
    });
  }

  private pump(): void {
    while (this.calls < this.options.concurrency) {
      const slices = this.takeBatch();
      if (slices.length === 0) return;
      this.calls += 1;
      void this.run(slices).finally(() => {
        this.calls -= 1;
        this.pump();
      });
    }
  }

  private takeBatch(): Slice[] {
    const slices: Slice[] = [];
    let room = this.options.batchSize;
    while (room > 0 && this.jobs.length > 0) {
      const job = this.jobs[0]!;
      const texts = job.settled ? [] : job.texts.slice(job.next, job.next + room);
      if (texts.length > 0) slices.push({ job, first: job.next, texts });
      job.next += texts.length;
      room -= texts.length;
      if (job.settled || job.next >= job.texts.length) this.jobs.shift();
    }
    return slices;
  }

  private async run(slices: readonly Slice[]): Promise<void> {
    try {
      const { embedder, model, call } = this.options;
      const embedded = await embedder.embed(
        slices.flatMap(({ texts }) => texts),
        model,
        call,
      );
      let offset = 0;
      for (const slice of slices) {
        const vectors = embedded.vectors.slice(offset, offset + slice.texts.length);
        offset += slice.texts.length;
        complete(slice, { ...embedded, vectors });
      }
    } catch (error) {
      await this.recover(slices, error);
    }
  }

  /** A text that the model refuses fails its own document alone: the others of the call are asked for again without it. */
  private async recover(slices: readonly Slice[], error: unknown): Promise<void> {
    const jobs = new Set(slices.map(({ job }) => job));
    const outage = error instanceof WeftError && outages.has(error.code);
    if (jobs.size === 1 || outage || this.options.call.signal.aborted) {
      for (const job of jobs) fail(job, error);
      return;
    }
    for (const slice of slices) await this.run([slice]);
  }
}

function complete({ job, first, texts }: Slice, embedded: EmbeddedTexts): void {
  if (job.settled) return;
  embedded.vectors.forEach((vector, index) => (job.vectors[first + index] = vector));
  if (job.done > 0 && (job.model !== embedded.model || job.dimensions !== embedded.dimensions)) {
    fail(
      job,
      new WeftError(
        'UNAVAILABLE',
        'EMBEDDING_MODEL_CHANGED',
        'The embedding model changed while a document was embedded.',
      ),
    );
    return;
  }
  job.model = embedded.model;
  job.dimensions = embedded.dimensions;
  job.done += texts.length;
  job.onProgress(job.done);
  if (job.done < job.texts.length) return;
  job.settled = true;
  job.resolve({ vectors: job.vectors, model: job.model, dimensions: job.dimensions });
}

function fail(job: Job, error: unknown): void {
  job.settled = true;
  job.reject(error);
}
