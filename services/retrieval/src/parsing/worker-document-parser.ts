import { unavailable, type WeftError } from '@weft/errors';
import { abortReason } from '@weft/rpc';
import { type DocumentParser } from './document-parser';
import { type ParsedDocument, type ParseRequest } from './parse-request';
import { ParseThread, type ParseThreadOptions } from './parse-thread';

export interface WorkerDocumentParserOptions extends ParseThreadOptions {
  /** How many documents are read at the same time. */
  threads: number;
}

interface Waiting {
  start(thread: ParseThread): void;
  refuse(error: WeftError): void;
}

/** Reads documents in threads of their own, so that the thread that carries token streams never waits for a parser. */
export class WorkerDocumentParser implements DocumentParser {
  private readonly idle: ParseThread[];
  private readonly threads: readonly ParseThread[];
  private readonly queue: Waiting[] = [];
  private closed = false;

  constructor(options: WorkerDocumentParserOptions) {
    this.threads = Array.from({ length: options.threads }, () => new ParseThread(options));
    this.idle = [...this.threads];
  }

  async parse(request: ParseRequest, signal: AbortSignal): Promise<ParsedDocument> {
    const thread = await this.turn(signal);
    try {
      // Both may have changed since the thread was free.
      if (this.closed) throw stopping();
      if (signal.aborted) throw abortReason(signal);
      return await thread.parse(request, signal);
    } finally {
      this.release(thread);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const waiting of this.queue.splice(0)) waiting.refuse(stopping());
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private turn(signal: AbortSignal): Promise<ParseThread> {
    if (this.closed) return Promise.reject(stopping());
    if (signal.aborted) return Promise.reject(abortReason(signal));
    const free = this.idle.pop();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.queue.splice(this.queue.indexOf(waiting), 1);
        reject(abortReason(signal));
      };
      const waiting: Waiting = {
        start(thread) {
          signal.removeEventListener('abort', onAbort);
          resolve(thread);
        },
        refuse(error) {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiting);
    });
  }

  private release(thread: ParseThread): void {
    const next = this.queue.shift();
    if (next === undefined) this.idle.push(thread);
    else next.start(thread);
  }
}

function stopping(): WeftError {
  return unavailable('SHUTTING_DOWN', 'The service is stopping.');
}
