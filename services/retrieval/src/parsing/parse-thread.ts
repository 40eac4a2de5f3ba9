import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unavailable } from '@weft/errors';
import { abortReason } from '@weft/rpc';
import { parseFailureError, type ParseFailureReason } from './parse-failure';
import { type ParsedDocument, type ParseRequest } from './parse-request';
import { type ParseReply } from './parse-worker';

export interface ParseThreadOptions {
  /** How long one document may take. */
  timeoutMs: number;
  /** How much memory one document may take. */
  memoryBytesMax: number;
  /** How long a thread without work is kept. */
  idleMs: number;
}

/** The compiled worker, also where this file runs from its source. */
const workerFile = join(__dirname, '..', '..', 'dist', 'parsing', 'parse-worker.js');
const memoryCheckMs = 100;
const mebibyte = 1024 * 1024;

/** One thread that reads one document at a time. It is started when there is work, and ended when it fails, takes too long or too much. */
export class ParseThread {
  private worker: Worker | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ParseThreadOptions) {}

  /** Reads a document. Call it again only when it has settled. */
  parse(request: ParseRequest, signal: AbortSignal): Promise<ParsedDocument> {
    clearTimeout(this.idleTimer);
    const worker = (this.worker ??= this.start());
    worker.ref();
    return new Promise<ParsedDocument>((resolve, reject) => {
      let settled = false;
      const settle = () => {
        settled = true;
        clearTimeout(deadline);
        clearInterval(memoryCheck);
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      const fail = (error: Error) => {
        settle();
        void this.discard(worker).then(() => reject(error));
      };
      const onMessage = (reply: ParseReply) => {
        settle();
        this.rest(worker);
        if ('document' in reply) resolve(reply.document);
        else reject(parseFailureError(reply.failure));
      };
      const onError = (error: Error & { code?: string }) =>
        fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? this.tooMuchMemory() : crashed());
      const onExit = () =>
        fail(unavailable('PARSER_STOPPED', 'The document was not read: the parser was stopped.'));
      const onAbort = () => fail(abortReason(signal));
      const deadline = setTimeout(() => fail(this.tooMuchTime()), this.options.timeoutMs);
      const memoryCheck = setInterval(() => {
        void this.usesTooMuchMemory(worker).then((tooMuch) => {
          if (tooMuch && !settled) fail(this.tooMuchMemory());
        });
      }, memoryCheckMs);
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      signal.addEventListener('abort', onAbort, { once: true });
      // A copy of its own: a message takes the whole memory along that a part of it lies in, such as all of a request's documents.
      const content = new Uint8Array(request.content);
      worker.postMessage({ ...request, content }, [content.buffer]);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.idleTimer);
    if (this.worker !== undefined) await this.worker.terminate();
  }

  private start(): Worker {
    const worker = new Worker(workerFile, {
      // A parser needs nothing of the environment, and what it prints may quote documents.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(this.options.memoryBytesMax / mebibyte) },
    });
    worker.stdout.resume();
    worker.stderr.resume();
    // Between documents nobody else listens, and an error without a listener would end the process.
    worker.on('error', () => undefined);
    worker.on('exit', () => {
      if (this.worker === worker) this.worker = undefined;
    });
    return worker;
  }

  /** Keeps the thread for the next document, for a while, without keeping the process alive. */
  private rest(worker: Worker): void {
    worker.unref();
    this.idleTimer = setTimeout(() => void this.discard(worker), this.options.idleMs).unref();
  }

  private async discard(worker: Worker): Promise<void> {
    if (this.worker === worker) this.worker = undefined;
    await worker.terminate();
  }

  /** Buffers live outside the heap that `resourceLimits` bounds: a few kilobytes of PDF can unpack to gigabytes of them. */
  private async usesTooMuchMemory(worker: Worker): Promise<boolean> {
    const statistics = await worker.getHeapStatistics().catch(() => undefined);
    return statistics !== undefined && statistics.external_memory > this.options.memoryBytesMax;
  }

  private tooMuchMemory() {
    const megabytes = Math.ceil(this.options.memoryBytesMax / mebibyte);
    return failure(
      'DOCUMENT_TOO_COMPLEX',
      `Reading the document takes more than ${megabytes} MiB of memory.`,
      {
        limit: 'bytes of memory',
        maximum: String(this.options.memoryBytesMax),
      },
    );
  }

  private tooMuchTime() {
    return failure(
      'DOCUMENT_TOO_COMPLEX',
      `Reading the document takes longer than ${this.options.timeoutMs} ms.`,
      {
        limit: 'milliseconds',
        maximum: String(this.options.timeoutMs),
      },
    );
  }
}

function crashed() {
  return failure('DOCUMENT_UNREADABLE', 'The document cannot be read: its parser failed.');
}

function failure(reason: ParseFailureReason, message: string, metadata: Record<string, string> = {}) {
  return parseFailureError({ reason, message, metadata });
}
