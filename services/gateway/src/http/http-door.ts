import { type IncomingMessage } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { unavailable, WeftError } from '@weft/errors';
import { type Peers, publicError, type RawCalls } from '@weft/rpc';
import { type Logger, type Readiness } from '@weft/runtime';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type EntryPipeline } from '../entry/entry-pipeline';
import { requestIdOf } from '../entry/request-id';
import { addJsonRpcRoutes } from '../json-rpc/json-rpc-routes';
import { addOpenAiRoutes } from '../openai/openai-routes';
import { fromFastify } from './edge-errors';
import { errorAnswer } from './error-answer';
import { type Exchange } from './exchange';
import { Exchanges } from './exchanges';
import { refuseMalformed } from './malformed-request';
import { addProbes } from './probes';
import { acceptStrictJson } from './request-body';
import { RequestObservation } from './request-observation';
import { collectRoutes, pathOf, unmatchedRoute } from './routes';

export interface HttpDoorOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  bodyLimitBytes: number;
  ingestBodyLimitBytes: number;
  enter: EntryPipeline;
  peers: Peers;
  raw: RawCalls;
  readiness: Readiness;
  logger: Logger;
}

/** The open HTTP door. */
export interface HttpDoor {
  port: number;
  /** Every route that there is, as `GET /livez`. */
  routes: readonly string[];
  /** Accepts no connection any more and waits for what is under way; after `timeoutMs` ends it with a retryable error. */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection. Drain first. */
  close(): Promise<void>;
}

/** A request must be here whole within this time; a client that dribbles must not hold a connection for ever. */
const requestTimeoutMs = 120_000;
const headersTimeoutMs = 30_000;
/** Longer than the idle timeouts of common load balancers, so that they close first. */
const keepAliveTimeoutMs = 75_000;
/** A client that vanished without a word is noticed by probes of the connection. */
const probeAfterIdleMs = 30_000;

/** Opens the HTTP door. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  let draining = false;
  const server = createServer(options);
  const routes = collectRoutes(server);
  const exchanges = new Exchanges((exchange) => {
    logExchange(options.logger, exchange);
    // Its connection is idle from the next turn on.
    if (draining) setImmediate(() => server.server.closeIdleConnections());
  });
  server.decorateRequest('exchange', null as unknown as Exchange);
  server.addHook('onRequest', (request, reply, done) => {
    request.exchange = exchanges.begin(request.id, reply.raw);
    request.exchange.route = request.is404 ? undefined : request.routeOptions.url;
    request.exchange.observation = RequestObservation.begin(request);
    void reply.header('x-request-id', request.id);
    if (draining) request.exchange.closeConnectionAfterwards();
    // Refused here and not in a handler: a body that nobody wants must not be read first.
    done(request.is404 ? unmatchedRoute(routes, request.method, pathOf(request.url)) : undefined);
  });
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, options.logger));
  acceptStrictJson(server);
  addProbes(server, options.readiness);
  addOpenAiRoutes(server, options);
  addJsonRpcRoutes(server, options);
  await server.ready();
  const port = await listen(server, options);

  return {
    port,
    routes,
    async drain(timeoutMs) {
      draining = true;
      // Not fastify's own close, which either waits for ever or cuts what is under way. Closes idle connections too.
      server.server.close();
      await exchanges.drain(timeoutMs);
    },
    async close() {
      server.server.closeAllConnections();
      await server.close();
    },
  };
}

function createServer(options: HttpDoorOptions): FastifyInstance {
  return Fastify({
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    http: { keepAlive: true, keepAliveInitialDelay: probeAfterIdleMs, headersTimeout: headersTimeoutMs },
    genReqId: (request: IncomingMessage) =>
      requestIdOf(request.headers['x-request-id'] as string | undefined),
    requestIdHeader: false,
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1024 },
    // A path that cannot be decoded never reaches the hooks and handlers.
    frameworkErrors: (error, request, reply) => {
      const answer = errorAnswer(publicError(fromFastify(error, options.bodyLimitBytes)), request.url);
      const { raw } = reply;
      raw.writeHead(answer.status, { ...answer.headers, 'x-request-id': request.id }).end(answer.body);
    },
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket as Socket),
  });
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const limitBytes = request.routeOptions.bodyLimit ?? 0;
  const known = fromFastify(request.exchange.reasonOf(error), limitBytes);
  if (!(known instanceof WeftError)) {
    const { logFields } = request.exchange.observation ?? {};
    const route = request.routeOptions.url;
    logger.error({ err: error, requestId: request.id, route, ...logFields }, 'a request failed');
  }
  const answer = errorAnswer(publicError(known), request.url, request.exchange.paramOf);
  // Fastify would close the connection under a client that still sends: it would see a broken pipe and never our answer.
  // What still comes of the body is thrown away, for as long as a request may take.
  void reply.removeHeader('connection');
  void reply.code(answer.status).headers(answer.headers).send(answer.body);
}

function logExchange(logger: Logger, exchange: Exchange): void {
  const status = exchange.hungUp ? 499 : exchange.response.statusCode;
  const durationMs = performance.now() - exchange.startedAt;
  exchange.observation?.end(status, durationMs);
  const fields = {
    requestId: exchange.requestId,
    method: exchange.response.req.method,
    route: exchange.route,
    status,
    durationMs: Math.round(durationMs),
    ...exchange.observation?.logFields,
  };
  if (status >= 500) logger.warn(fields, 'answered with an error');
  else logger.debug(fields, 'answered');
}

function listen(server: FastifyInstance, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(unavailable('ADDRESS_IN_USE', `HTTP cannot listen on ${host}:${port}: ${error.message}`));
    server.server.once('error', refuse);
    server.server.listen(port, host, () => {
      server.server.off('error', refuse);
      resolve((server.server.address() as AddressInfo).port);
    });
  });
}
