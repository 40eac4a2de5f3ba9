import { isTracing, metrics, openSpan, parseTraceparent, type TraceSpan } from '@weft/runtime';
import { type FastifyRequest } from 'fastify';
import { traceparentOf } from '../entry/trace-context';

/** Others are told as `_OTHER`: a client that invents methods must not make labels. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Asked for every few seconds by machines, and nobody's request. */
const probes = new Set<string | undefined>(['/livez', '/readyz']);

/** One HTTP request as telemetry sees it: a span, how long it took and its status. Its path stays out, which may tell what was asked for. */
export class RequestObservation {
  private readonly span: TraceSpan | undefined;
  private isStream = false;

  private constructor(
    private readonly method: string,
    private readonly route: string | undefined,
    parent: string | undefined,
  ) {
    const facts = { 'http.request.method': method, 'url.scheme': 'http' };
    const name = route === undefined ? method : `${method} ${route}`;
    this.span = openSpan(
      name,
      'server',
      parent,
      route === undefined ? facts : { ...facts, 'http.route': route },
    );
  }

  /** Begins to observe a request; undefined where nobody looks. */
  static begin(request: FastifyRequest): RequestObservation | undefined {
    if (!isTracing() && !metrics.httpServerDuration.measured) return undefined;
    const route = request.is404 ? undefined : request.routeOptions.url;
    if (probes.has(route)) return undefined;
    const method = knownMethods.has(request.method) ? request.method : '_OTHER';
    const offered = request.headers['traceparent'];
    return new RequestObservation(method, route, traceparentOf(offered as string | undefined));
  }

  /** The trace that the services go on with. */
  get traceparent(): string | undefined {
    return this.span?.traceparent;
  }

  /** What a log line says of the trace. */
  get logFields(): object {
    const parent = parseTraceparent(this.traceparent);
    return parent === undefined ? {} : { trace_id: parent.traceId, span_id: parent.spanId };
  }

  /** The answer is a stream, which has begun. */
  streams(): void {
    this.isStream = true;
    metrics.streamsActive.add(1, this.streamLabels);
  }

  /** Ends the request with its status; 499 where the client went away. */
  end(status: number, durationMs: number): void {
    metrics.httpServerDuration.record(durationMs / 1000, {
      'http.request.method': this.method,
      'http.route': this.route,
      'http.response.status_code': status,
    });
    if (this.isStream) metrics.streamsActive.add(-1, this.streamLabels);
    this.span?.set({ 'http.response.status_code': status });
    this.span?.end(status >= 500 ? String(status) : undefined);
  }

  private get streamLabels() {
    return { 'rpc.method': `${this.method} ${this.route}` };
  }
}
