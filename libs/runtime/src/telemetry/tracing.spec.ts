import { type Span, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { parseTraceparent } from './trace-parent';
import { currentTraceparent, TraceScope } from './trace-scope';
import { openChildSpan, openSpan, setTraceSource, type TraceSource } from './tracing';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const recorded = `00-${traceId}-00f067aa0ba902b7-01`;
const unrecorded = `00-${traceId}-00f067aa0ba902b7-00`;

let started: string[];

const source: TraceSource = {
  followsParent: true,
  startSpan(name) {
    started.push(name);
    const spanContext: SpanContext = {
      traceId,
      spanId: 'aaaaaaaaaaaaaaaa',
      traceFlags: TraceFlags.SAMPLED,
    };
    return { isRecording: () => true, spanContext: () => spanContext } as Span;
  },
};

beforeEach(() => {
  started = [];
  setTraceSource(source);
});
afterEach(() => setTraceSource(undefined));

describe('openSpan', () => {
  it('hands on the trace with the span as the new parent', () => {
    expect(openSpan('work', 'server', recorded, {})?.traceparent).toBe(`00-${traceId}-aaaaaaaaaaaaaaaa-01`);
  });

  it('hands on a trace that nobody records as it came, and makes nothing', () => {
    const span = openSpan('work', 'server', unrecorded, {});
    expect([span?.traceparent, span?.recorded, started]).toEqual([unrecorded, false, []]);
  });

  it('begins a trace where none came in', () => {
    openSpan('work', 'server', undefined, {});
    expect(started).toEqual(['work']);
  });

  it('makes nothing of a new trace that will not be recorded, and hands on that it is not', () => {
    let asked = 0;
    setTraceSource({ ...source, recordsNext: () => (asked += 1) > 2 });
    const spans = [undefined, undefined, undefined].map(() => openSpan('work', 'server', undefined, {})!);
    const parents = spans.map(({ traceparent }) => parseTraceparent(traceparent)!);
    expect([spans.map(({ recorded }) => recorded), parents.map(({ sampled }) => sampled), started]).toEqual([
      [false, false, true],
      [false, false, true],
      ['work'],
    ]);
  });

  it('asks nobody where a caller has decided', () => {
    setTraceSource({ ...source, recordsNext: () => false });
    expect(openSpan('work', 'server', recorded, {})?.recorded).toBe(true);
  });

  it('begins a trace where what came in is none', () => {
    openSpan('work', 'server', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, {});
    expect(started).toEqual(['work']);
  });

  it('makes nothing in a process without telemetry', () => {
    setTraceSource(undefined);
    expect([openSpan('work', 'server', recorded, {}), started]).toEqual([undefined, []]);
  });
});

describe('openChildSpan', () => {
  it.each([undefined, unrecorded])('begins no trace of its own below %s', (parent) => {
    expect([openChildSpan('work', 'internal', parent, {}), started]).toEqual([undefined, []]);
  });
});

describe('TraceScope', () => {
  it('tells work its trace, also after it waited, and tells it nobody else', async () => {
    const asked = new TraceScope(recorded).run(async () => {
      await Promise.resolve();
      return currentTraceparent();
    });
    expect([await asked, currentTraceparent()]).toEqual([recorded, undefined]);
  });

  it('tells work within work the inner trace, and the outer one afterwards', () => {
    const [outer, inner] = [new TraceScope(recorded), new TraceScope(unrecorded)];
    const asked = outer.run(() => [
      new TraceScope(recorded).run(currentTraceparent),
      inner.run(currentTraceparent),
      currentTraceparent(),
    ]);
    expect(asked).toEqual([recorded, unrecorded, recorded]);
  });

  it('tells each piece of work its trace, wherever it is done from', async () => {
    const scope = new TraceScope(recorded);
    const pieces = (async function* work() {
      for (;;) {
        await Promise.resolve();
        yield currentTraceparent();
      }
    })();
    const next = () => scope.run(() => pieces.next());
    const first = await next();
    const second = await new TraceScope(unrecorded).run(next);
    const third = await next();
    expect([first, second, third].map(({ value }) => value)).toEqual([recorded, recorded, recorded]);
  });
});
