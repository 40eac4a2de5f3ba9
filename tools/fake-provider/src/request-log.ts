import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { preciseNow, RecordedRequest } from './recorded-request';

interface Waiter {
  predicate: (request: RecordedRequest) => boolean;
  resolve: (request: RecordedRequest) => void;
}

const digests = new Map<string, string>();

/** Remembers the last requests and tells those who wait for one. */
export class RequestLog {
  private entries: RecordedRequest[] = [];
  private received = 0;
  private readonly waiters = new Set<Waiter>();

  /** @param limit the most requests remembered; the oldest are forgotten first */
  constructor(private readonly limit: number) {}

  get requests(): readonly RecordedRequest[] {
    return this.entries;
  }

  /** Requests ever received, forgotten ones included. */
  get count(): number {
    return this.received;
  }

  open(request: IncomingMessage, response: ServerResponse): RecordedRequest {
    this.received += 1;
    const headers = redact(request.headers);
    const entry = new RecordedRequest(
      this.received,
      request.method ?? '',
      request.url ?? '',
      headers,
      response,
    );
    this.entries.push(entry);
    // Twice the limit before the cut, so that forgetting costs a copy once in `limit` requests and not one each.
    if (this.entries.length >= this.limit * 2) this.entries = this.entries.slice(-this.limit);
    response.on('close', () => this.closed(entry, response));
    return entry;
  }

  /** To be called after each change of a record. */
  changed(request: RecordedRequest): void {
    if (this.waiters.size === 0) return;
    for (const waiter of this.waiters) {
      if (!waiter.predicate(request)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(request);
    }
  }

  /** Resolves with the first remembered or coming request for which the predicate holds, now or after a change. */
  async waitFor(predicate: Waiter['predicate'], timeoutMs: number): Promise<RecordedRequest> {
    const found = this.entries.find(predicate);
    if (found) return found;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        predicate,
        resolve: (request) => {
          clearTimeout(timer);
          resolve(request);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new Error(`No such request within ${timeoutMs} ms; seen: ${this.summary()}`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  clear(): void {
    this.entries = [];
  }

  private closed(entry: RecordedRequest, response: ServerResponse): void {
    const now = preciseNow();
    entry.endedAt = now;
    if (entry.outcome === 'pending') {
      entry.outcome = response.writableFinished ? 'finished' : 'hung-up';
      if (entry.outcome === 'hung-up') entry.hungUpAt = now;
    }
    this.changed(entry);
  }

  private summary(): string {
    const lines = this.entries.map(
      ({ method, path, outcome, tokensSent }) => `${method} ${path} ${outcome} ${tokensSent} tokens`,
    );
    return lines.slice(-20).join('; ') || 'none';
  }
}

function redact(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { authorization } = headers;
  if (authorization === undefined) return headers;
  let digest = digests.get(authorization);
  if (digest === undefined) {
    digest = `sha256:${createHash('sha256').update(authorization).digest('hex').slice(0, 16)}`;
    digests.set(authorization, digest);
  }
  return { ...headers, authorization: digest };
}
