import { type Span, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { events } from '@weft/contracts';
import { setTraceSource } from '@weft/runtime';
import { EventObservations } from './event-observations';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const ownId = 'aaaaaaaaaaaaaaaa';

let started: unknown[];

beforeEach(() => {
  started = [];
  setTraceSource({
    followsParent: true,
    startSpan(name, { attributes }, parent) {
      const group = attributes['messaging.consumer.group.name'];
      started.push([name, parent?.spanId, group]);
      const spanContext: SpanContext = { traceId, spanId: ownId, traceFlags: TraceFlags.SAMPLED };
      return { isRecording: () => true, spanContext: () => spanContext, end: () => undefined } as Span;
    },
  });
});
afterEach(() => setTraceSource(undefined));

const eventOf = (traceparent?: string) =>
  events.EventEnvelope.fromPartial({ id: 'one', subject: 'weft.test.happened.v1', traceparent });

it('goes on with the trace of each event, and hands the handler what to go on with', () => {
  const { events: handed } = EventObservations.begin('ledger', [eventOf(`00-${traceId}-${parentId}-01`)]);
  expect([started, handed[0]!.traceparent]).toEqual([
    [['process weft.test.happened.v1', parentId, 'ledger']],
    `00-${traceId}-${ownId}-01`,
  ]);
});

it.each([undefined, `00-${traceId}-${parentId}-00`])(
  'leaves an event alone whose trace is %s: nobody records it',
  (traceparent) => {
    const event = eventOf(traceparent);
    expect([EventObservations.begin('ledger', [event]).events[0], started]).toEqual([event, []]);
  },
);
