import { type Attributes, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import {
  formatTraceparent,
  isSampled,
  parseTraceparent,
  type TraceParent,
  unrecordedTraceparent,
} from './trace-parent';

/** Facts about a span: never content, never secrets, never whose they are. */
export type SpanFacts = Attributes;

/** How a piece of work stands to the others of its trace. */
export type WorkKind = 'server' | 'client' | 'consumer' | 'internal';

/** A piece of work within a trace. */
export interface TraceSpan {
  /** What the work's own calls continue, in W3C's form. */
  readonly traceparent: string;
  /** Whether anybody will see it: what is dear to find out about the work need not be found out otherwise. */
  readonly recorded: boolean;
  set(facts: SpanFacts): void;
  /** Ends the work; with what `failed` says, such as an error's reason, as a failure. Only the first call counts. */
  end(failed?: string): void;
}

/** A span of OpenTelemetry's, as far as it is used here. */
export interface StartedSpan {
  spanContext(): SpanContext;
  isRecording(): boolean;
  setAttributes(facts: SpanFacts): unknown;
  setAttribute(name: string, value: string): unknown;
  setStatus(status: { code: SpanStatusCode }): unknown;
  end(): void;
}

/** What makes spans. */
export interface TraceSource {
  startSpan(
    name: string,
    options: { kind: SpanKind; attributes: SpanFacts },
    parent: TraceParent | undefined,
  ): StartedSpan;
  /** Whether a trace that its caller does not record is left alone. */
  followsParent: boolean;
  /** Whether the next new trace may be recorded; those that may not make no span. Default: all may. */
  recordsNext?(): boolean;
}

const kinds: Record<WorkKind, SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

/** Of the version 00, which is what others are taken for. */
const traceparentLength = 55;

let source: TraceSource | undefined;

/** Has spans made from now on; undefined has none made. For who starts the process. */
export function setTraceSource(made: TraceSource | undefined): void {
  source = made;
}

/** Whether spans are made in this process. */
export function isTracing(): boolean {
  return source !== undefined;
}

/**
 * Begins a piece of work of the trace that `parent` names, or of a new one. Undefined where this process makes no spans: then what came
 * in goes on as it is.
 */
export function openSpan(
  name: string,
  kind: WorkKind,
  parent: string | undefined,
  facts: SpanFacts,
): TraceSpan | undefined {
  if (source === undefined) return undefined;
  // The common cases at the default sampling: nothing is made, and hardly anything looked at, for what nobody records.
  if (source.followsParent && parent?.length === traceparentLength && !isSampled(parent))
    return new UnrecordedSpan(parent);
  const from = parseTraceparent(parent);
  if (from === undefined && source.recordsNext?.() === false)
    return new UnrecordedSpan(unrecordedTraceparent());
  const span = source.startSpan(name, { kind: kinds[kind], attributes: facts }, from);
  const { traceId, spanId } = span.spanContext();
  const traceparent = formatTraceparent({ traceId, spanId, sampled: span.isRecording() });
  return span.isRecording() ? new RecordedSpan(span, traceparent) : new UnrecordedSpan(traceparent);
}

/** Begins a piece of work only as a part of a trace that is recorded. */
export function openChildSpan(
  name: string,
  kind: WorkKind,
  parent: string | undefined,
  facts: SpanFacts,
): TraceSpan | undefined {
  if (source === undefined || parent === undefined || !isSampled(parent)) return undefined;
  return openSpan(name, kind, parent, facts);
}

class RecordedSpan implements TraceSpan {
  readonly recorded = true;

  constructor(
    private readonly span: StartedSpan,
    readonly traceparent: string,
  ) {}

  set(facts: SpanFacts): void {
    this.span.setAttributes(facts);
  }

  end(failed?: string): void {
    if (failed !== undefined) {
      this.span.setAttribute('error.type', failed);
      // Without a message: those of errors may tell what a caller sent.
      this.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.span.end();
  }
}

class UnrecordedSpan implements TraceSpan {
  readonly recorded = false;

  constructor(readonly traceparent: string) {}

  set(): void {}

  end(): void {}
}
