import { isTracing, metrics, openSpan, type TraceSpan } from '@weft/runtime';
import { type MethodPolicy } from './method-policy';

type Side = 'server' | 'client';

/** What telemetry says of each call of a method; made once. */
interface MethodFacts {
  name: string;
  span: { 'rpc.system.name': string; 'rpc.method': string };
  isStream: boolean;
}

const factsByPolicy = new WeakMap<MethodPolicy, MethodFacts>();

/** Source: OpenTelemetry's semantic conventions for gRPC: codes that say that the server, not its caller, is to blame. */
const serverFaults = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** One call as telemetry sees it: a span, how long it took and how it ended. Never what was said. */
export class CallObservation {
  private readonly startedAt = performance.now();
  private readonly span: TraceSpan | undefined;
  private over = false;

  private constructor(
    private readonly side: Side,
    private readonly facts: MethodFacts,
    private readonly parent: string | undefined,
  ) {
    this.span = openSpan(facts.name, side, parent, facts.span);
    if (side === 'server' && facts.isStream) metrics.streamsActive.add(1, { 'rpc.method': facts.name });
  }

  /** Begins to observe a call; undefined where nobody looks. */
  static begin(side: Side, policy: MethodPolicy, parent: string | undefined): CallObservation | undefined {
    const { measured } = side === 'server' ? metrics.rpcServerDuration : metrics.rpcClientDuration;
    return measured || isTracing() ? new CallObservation(side, factsOf(policy), parent) : undefined;
  }

  /** The trace that what the call leads to goes on with. */
  get traceparent(): string | undefined {
    return this.span?.traceparent ?? this.parent;
  }

  /** Ends the call with its gRPC code. Only the first end counts. */
  end(code: string): void {
    if (this.over) return;
    this.over = true;
    const { side, facts, span } = this;
    const metric = side === 'server' ? metrics.rpcServerDuration : metrics.rpcClientDuration;
    metric.record((performance.now() - this.startedAt) / 1000, {
      'rpc.method': facts.name,
      'rpc.response.status_code': code,
    });
    if (side === 'server' && facts.isStream) metrics.streamsActive.add(-1, { 'rpc.method': facts.name });
    if (span === undefined) return;
    span.set({ 'rpc.response.status_code': code });
    const isFault = side === 'server' ? serverFaults.has(code) : code !== 'OK';
    span.end(isFault ? code : undefined);
  }
}

function factsOf(policy: MethodPolicy): MethodFacts {
  let facts = factsByPolicy.get(policy);
  if (facts === undefined) {
    const name = policy.path.slice(1);
    const span = { 'rpc.system.name': 'grpc', 'rpc.method': name };
    facts = { name, span, isStream: policy.kind !== 'unary' };
    factsByPolicy.set(policy, facts);
  }
  return facts;
}
