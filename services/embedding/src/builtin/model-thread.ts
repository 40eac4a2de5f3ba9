import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unavailable, type WeftError } from '@weft/errors';
import { type WorkerResponse } from './worker-messages';

/** The compiled worker, also when this file itself runs uncompiled. */
export const modelWorkerPath = join(__dirname, '..', '..', 'dist', 'builtin', 'embedding-worker.js');

/** What one run of the model gives. */
export interface ModelRun {
  /** The vectors of all texts, one after another. */
  vectors: Float32Array;
  tokenCounts: number[];
}

interface Pending {
  resolve(run: ModelRun): void;
  reject(error: WeftError): void;
  timer: NodeJS.Timeout;
}

/** A worker thread with the model in it, for one run at a time. Loads the model when it starts. */
export class ModelThread {
  private readonly worker: Worker;
  private ending = false;
  private pending: Pending | undefined;

  /**
   * @param timeoutMs after which a run is given up and the thread ended
   * @param onEnd called once when the thread has ended; with a cause when nobody asked it to
   */
  constructor(
    workerPath: string,
    private readonly timeoutMs: number,
    onEnd: (cause: unknown) => void,
  ) {
    this.worker = new Worker(workerPath, {
      name: 'embedding',
      // Without settings of this process: the thread must not begin a debugger or load what tests load.
      execArgv: [],
      // The weights are outside of this heap; what remains is garbage that need not pile up.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 128 },
    });
    this.worker.unref();
    let cause: unknown;
    this.worker.on('message', (response: WorkerResponse) => this.settle(response));
    this.worker.on('error', (error) => (cause = error));
    this.worker.on('exit', (exitCode) => {
      this.fail(crashed('The worker of the embedding model ended.', cause));
      onEnd(this.ending ? undefined : (cause ?? new Error(`exit code ${exitCode}`)));
    });
  }

  /**
   * Embeds texts; never while another run goes on.
   *
   * @throws WeftError UNAVAILABLE `EMBEDDING_WORKER_CRASHED` when the thread ends or takes too long
   */
  run(texts: string[]): Promise<ModelRun> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.fail(crashed(`The embedding model took longer than ${this.timeoutMs} ms.`));
        void this.end();
      }, this.timeoutMs);
      this.pending = { resolve, reject, timer };
      this.worker.postMessage({ texts });
    });
  }

  async end(): Promise<void> {
    this.ending = true;
    await this.worker.terminate();
  }

  private settle(response: WorkerResponse): void {
    const pending = this.release();
    if ('error' in response)
      pending?.reject(crashed('The embedding model failed.', new Error(response.error)));
    else pending?.resolve(response);
  }

  private fail(error: WeftError): void {
    this.release()?.reject(error);
  }

  private release(): Pending | undefined {
    const pending = this.pending;
    this.pending = undefined;
    clearTimeout(pending?.timer);
    return pending;
  }
}

function crashed(message: string, cause?: unknown): WeftError {
  return unavailable('EMBEDDING_WORKER_CRASHED', message, { cause });
}
