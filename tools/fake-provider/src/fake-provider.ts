import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { parseScript, parseScriptDocument } from './parse-script';
import { type RecordedRequest } from './recorded-request';
import { RequestLog } from './request-log';
import { createRequestListener } from './request-listener';
import { type Script, type ScriptDocument } from './script';
import { ScriptShelf } from './script-shelf';

export interface FakeProviderOptions {
  /** Address to listen on (default `127.0.0.1`). */
  host?: string;
  /** Port to listen on; 0 (default) lets the system choose. */
  port?: number;
  /** What `GET /v1/models` lists (default `fake-model` and `fake-embedding`). */
  models?: string[];
  /** Requires `Authorization: Bearer <apiKey>`; other requests get 401. Any is taken when left out. */
  apiKey?: string;
  /** Larger bodies get 413 (default 8 MiB). */
  maxBodyBytes?: number;
  /** Dimensions of embeddings that do not ask for a number (default 32). */
  dimensions?: number;
  /** The most requests remembered (default 10,000). */
  maxRecordedRequests?: number;
  /** Scripts to begin with. */
  scripts?: ScriptDocument;
}

/** A running provider. */
export interface FakeProvider {
  /** Such as `http://127.0.0.1:9999`. */
  readonly url: string;
  /** What OpenAI clients take as their base URL: `url` and `/v1`. */
  readonly baseUrl: string;
  readonly port: number;
  /** The requests received, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** How many connections clients have opened so far. */
  readonly connections: number;
  /** Scripts that each answer one request, in order. */
  enqueue(...scripts: Script[]): void;
  /** The script of requests that no other script answers, for its endpoint. */
  setDefault(script: Script): void;
  /** A script that a request chooses by its model's name or by the header `x-fake-script`. */
  define(name: string, script: Script): void;
  /** Forgets scripts and requests. */
  reset(): void;
  /**
   * Resolves with the first request, past or coming, for which the predicate holds; it is asked again after each change.
   * Rejects when there is none in time (default 5,000 ms).
   */
  waitForRequest(
    predicate: (request: RecordedRequest) => boolean,
    options?: { timeoutMs?: number },
  ): Promise<RecordedRequest>;
  /** Stops listening and destroys all connections. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible server that does what scripts say.
 *
 * @throws BadScriptError when `options.scripts` is not a document of scripts
 */
export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const { host = '127.0.0.1', port = 0, maxRecordedRequests = 10_000 } = options;
  const log = new RequestLog(maxRecordedRequests);
  const shelf = new ScriptShelf();
  if (options.scripts) shelf.add(parseScriptDocument(options.scripts));
  // Idle connections live long, so that a client's pool never meets one that is just being closed.
  const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.on('request', createRequestListener(options, log, shelf));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;

  return {
    url,
    baseUrl: `${url}/v1`,
    port: address.port,
    get requests() {
      return log.requests;
    },
    get connections() {
      return connections;
    },
    enqueue: (...scripts) => shelf.enqueue(scripts.map((script) => parseScript(script))),
    setDefault: (script) => shelf.setDefault(parseScript(script)),
    define: (name, script) => shelf.define(name, parseScript(script)),
    reset: () => {
      shelf.clear();
      log.clear();
    },
    waitForRequest: (predicate, { timeoutMs = 5_000 } = {}) => log.waitFor(predicate, timeoutMs),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
