import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOffSampler, AlwaysOnSampler, type ReadableSpan, type Sampler } from '@opentelemetry/sdk-trace';
import { spanRecorder } from './span-recorder';

const resource = resourceFromAttributes({ 'service.name': 'test' });
const parent = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true };

let ended: ReadableSpan[];
beforeEach(() => (ended = []));

const startWith = (sampler: Sampler) =>
  spanRecorder({ resource, sampler, processor: { onEnd: (span) => void ended.push(span) } });
const start = startWith(new AlwaysOnSampler());
const options = (attributes = {}) => ({ kind: SpanKind.SERVER, attributes });
const inMilliseconds = ([seconds, nanoseconds]: [number, number]) => seconds * 1000 + nanoseconds / 1e6;

it('hands a span over when it ends, below its parent and with all that was said of it', () => {
  const span = start('work', options({ a: 1 }), parent);
  span.setAttributes({ b: ['x'], left: undefined });
  span.setAttribute('error.type', 'INTERNAL');
  span.setStatus({ code: SpanStatusCode.ERROR });
  const before = ended.length;
  span.end();
  expect([before, ended]).toMatchObject([
    0,
    [
      {
        name: 'work',
        kind: SpanKind.SERVER,
        parentSpanContext: { spanId: parent.spanId, isRemote: true },
        attributes: { a: 1, b: ['x'], 'error.type': 'INTERNAL' },
        status: { code: SpanStatusCode.ERROR },
        resource,
        ended: true,
      },
    ],
  ]);
  expect(ended[0]!.spanContext()).toEqual({
    traceId: parent.traceId,
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    traceFlags: TraceFlags.SAMPLED,
  });
});

it('begins a trace of its own where there is no parent', () => {
  start('work', options(), undefined).end();
  expect([ended[0]!.parentSpanContext, ended[0]!.spanContext().traceId]).toEqual([
    undefined,
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ]);
});

it('measures in fractions of milliseconds, by the clock on the wall', () => {
  const outer = start('outer', options(), undefined);
  const inner = start('inner', options(), undefined);
  inner.end();
  outer.end();
  const [first, second] = ended as [ReadableSpan, ReadableSpan];
  const times = [second.startTime, first.startTime, first.endTime, second.endTime].map(inMilliseconds);
  expect(times).toEqual([...times].sort((left, right) => left - right));
  expect(Math.abs(times[0]! - Date.now())).toBeLessThan(1000);
  expect(inMilliseconds(second.duration)).toBeCloseTo(times[3]! - times[0]!, 2);
});

it('goes on with the wall where its clock is set', () => {
  start('before', options(), undefined).end();
  const setTo = Date.now() + 3_600_000;
  const clock = jest.spyOn(Date, 'now').mockReturnValue(setTo);
  start('after', options(), undefined).end();
  clock.mockRestore();
  expect(Math.abs(inMilliseconds(ended[1]!.startTime) - setTo)).toBeLessThan(100);
});

it('cuts long text, also in lists', () => {
  const long = 'x'.repeat(300);
  start('work', options({ text: long, list: [long] }), undefined).end();
  expect(ended[0]!.attributes).toEqual({ text: 'x'.repeat(256), list: ['x'.repeat(256)] });
});

it('changes no more once it has ended, and ends once', () => {
  const span = start('work', options(), undefined);
  span.end();
  const end = ended[0]!.endTime;
  span.setAttribute('late', 'x');
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  expect([ended.length, ended[0]!.attributes, ended[0]!.status, ended[0]!.endTime]).toEqual([
    1,
    {},
    { code: SpanStatusCode.UNSET },
    end,
  ]);
});

it('hands nothing over where the sampler says no, and says so to who goes on', () => {
  const span = startWith(new AlwaysOffSampler())('work', options(), parent);
  span.end();
  expect([span.isRecording(), span.spanContext().traceId, span.spanContext().traceFlags, ended]).toEqual([
    false,
    parent.traceId,
    TraceFlags.NONE,
    [],
  ]);
});
