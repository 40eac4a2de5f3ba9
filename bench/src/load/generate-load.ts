import { Client, type Dispatcher } from 'undici';
import { type AnswerReader, type Exchange } from './exchange';

/** What one round of load measured. Only answers without fault are in the times. */
export interface LoadResult {
  /** From the first request to the end of the last answer. */
  seconds: number;
  /** From a request to the end of its answer, one value an answer. */
  latenciesMs: number[];
  /** From a request to the first token of its answer. */
  firstTokensMs: number[];
  errorCount: number;
  /** The first few errors, in words. */
  errors: string[];
}

const errorsKept = 5;
/** So many faults and a round ends: there is nothing to measure. */
const errorsMax = 100;
const requestTimeoutMs = 30_000;

/**
 * Sends a request again and again over several connections, on each the next one when the answer to the last has ended, for a
 * given time. Connections are opened anew, and once before the time begins.
 */
export async function generateLoad(
  origin: string,
  exchange: Exchange,
  options: { connections: number; seconds: number },
): Promise<LoadResult> {
  const { connections, seconds } = options;
  const clients = Array.from({ length: connections }, () => newClient(origin));
  const result: LoadResult = { seconds: 0, latenciesMs: [], firstTokensMs: [], errorCount: 0, errors: [] };
  try {
    await Promise.all(clients.map((client) => send(client, exchange, emptyResult())));
    const begin = performance.now();
    const end = begin + seconds * 1000;
    await Promise.all(
      clients.map(async (client) => {
        while (performance.now() < end && result.errorCount < errorsMax) await send(client, exchange, result);
      }),
    );
    result.seconds = (performance.now() - begin) / 1000;
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
  return result;
}

function emptyResult(): LoadResult {
  return { seconds: 0, latenciesMs: [], firstTokensMs: [], errorCount: 0, errors: [] };
}

function newClient(origin: string): Client {
  return new Client(origin, {
    pipelining: 1,
    keepAliveTimeout: 60_000,
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
  });
}

/** Sends one request; resolves at the end of its answer, whatever it is. */
function send(
  client: Client,
  { path, headers, body, openReader }: Exchange,
  result: LoadResult,
): Promise<void> {
  return new Promise((resolve) => {
    const handler = new AnswerHandler(openReader(), result, resolve);
    client.dispatch({ path, method: 'POST', headers, body }, handler);
  });
}

/** undici's own handlers rather than its `request`: the load generator must not be what is measured. */
class AnswerHandler implements Dispatcher.DispatchHandler {
  private readonly sentAt = performance.now();
  private firstTokenAt: number | undefined;
  private status = 0;

  constructor(
    private readonly reader: AnswerReader,
    private readonly result: LoadResult,
    private readonly done: () => void,
  ) {}

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.status = statusCode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.reader.data(chunk)) this.firstTokenAt = performance.now();
  }

  onResponseEnd(): void {
    const endedAt = performance.now();
    const problem = this.reader.end(this.status);
    if (problem !== undefined) this.addError(problem);
    else {
      this.result.latenciesMs.push(endedAt - this.sentAt);
      this.result.firstTokensMs.push((this.firstTokenAt ?? endedAt) - this.sentAt);
    }
    this.done();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.addError(`${error.name}: ${error.message}`);
    this.done();
  }

  private addError(text: string): void {
    this.result.errorCount += 1;
    if (this.result.errors.length < errorsKept) this.result.errors.push(text);
  }
}
