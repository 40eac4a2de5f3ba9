import {
  type Attributes,
  type HrTime,
  ROOT_CONTEXT,
  SamplingDecision,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { type Resource } from '@opentelemetry/resources';
import { type ReadableSpan, type Sampler, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { randomHex, type StartedSpan, type TraceSource } from '@weft/runtime';
import { hrTime } from './hr-time';

/** Longer text of an attribute is cut: model names come from callers. */
const attributeLengthMax = 256;

/**
 * Makes spans, and hands those that are recorded to a processor when they end. It stands where the SDK's tracer would, which checks and
 * copies each attribute several times for features that weft does not use.
 */
export function spanRecorder({ resource, sampler, processor }: RecorderOptions): TraceSource['startSpan'] {
  const common = { resource, processor, instrumentationScope: { name: 'weft' } };
  return (name, { kind, attributes }, from) => {
    const parent: SpanContext | undefined = from && {
      traceId: from.traceId,
      spanId: from.spanId,
      traceFlags: from.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
    };
    const traceId = parent?.traceId ?? randomHex(16);
    const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId, name, kind, attributes, []);
    const isSampled = decision === SamplingDecision.RECORD_AND_SAMPLED;
    const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    const spanContext = { traceId, spanId: randomHex(8), traceFlags };
    if (!isSampled) return trace.wrapSpanContext(spanContext);
    return new RecordedSpan({ ...common, name, kind, attributes, spanContext, parent });
  };
}

export interface RecorderOptions {
  resource: Resource;
  sampler: Sampler;
  processor: Pick<SpanProcessor, 'onEnd'>;
}

interface SpanStart extends Pick<ReadableSpan, 'name' | 'kind' | 'attributes' | 'resource'> {
  instrumentationScope: ReadableSpan['instrumentationScope'];
  spanContext: SpanContext;
  parent: SpanContext | undefined;
  processor: RecorderOptions['processor'];
}

class RecordedSpan implements StartedSpan, ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly attributes: Attributes = {};
  readonly resource: Resource;
  readonly instrumentationScope: ReadableSpan['instrumentationScope'];
  readonly links = [];
  readonly events = [];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  private readonly startMs = nowMs();
  private endMs: number | undefined;

  constructor(private readonly start: SpanStart) {
    this.name = start.name;
    this.kind = start.kind;
    this.parentSpanContext = start.parent;
    this.resource = start.resource;
    this.instrumentationScope = start.instrumentationScope;
    this.setAttributes(start.attributes);
  }

  get ended(): boolean {
    return this.endMs !== undefined;
  }

  get startTime(): HrTime {
    return hrTime(this.startMs);
  }

  get endTime(): HrTime {
    return hrTime(this.endMs ?? this.startMs);
  }

  get duration(): HrTime {
    return hrTime((this.endMs ?? this.startMs) - this.startMs);
  }

  spanContext(): SpanContext {
    return this.start.spanContext;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttributes(attributes: Attributes): void {
    for (const name of Object.keys(attributes)) this.setAttribute(name, attributes[name]);
  }

  setAttribute(name: string, value: Attributes[string]): void {
    if (!this.ended && value !== undefined) this.attributes[name] = bounded(value);
  }

  setStatus(status: SpanStatus): void {
    if (!this.ended) this.status = status;
  }

  end(): void {
    if (this.ended) return;
    this.endMs = Math.max(nowMs(), this.startMs);
    this.start.processor.onEnd(this);
  }
}

function bounded(value: Attributes[string]): Attributes[string] {
  if (typeof value === 'string') return value.slice(0, attributeLengthMax);
  return Array.isArray(value) ? (value.map(bounded) as string[]) : value;
}

/** Beyond this the machine's clock was set, or the machine slept. */
const clockSkewMsMax = 5;
let clockOffsetMs = performance.timeOrigin;

/** Unix milliseconds with their fractions: hops within one process take less than one. */
function nowMs(): number {
  const wallMs = Date.now();
  const monotonicMs = performance.now();
  if (Math.abs(monotonicMs + clockOffsetMs - wallMs) > clockSkewMsMax) clockOffsetMs = wallMs - monotonicMs;
  return monotonicMs + clockOffsetMs;
}
