import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { orchestrator, safety } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { currentTraceparent, setTraceSource } from '@weft/runtime';
import { describeOverBoth, testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { readAll } from './testing/waiting';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const rootId = '00f067aa0ba902b7';
const method = 'weft.safety.v1.SafetyService/ScreenText';

interface SeenSpan {
  name: string;
  id: string;
  parentId: string | undefined;
  attributes: Record<string, unknown>;
  ends: number;
}

describeOverBoth('what telemetry sees of calls', (open) => {
  let seen: SeenSpan[];
  let ended: () => void;

  beforeEach(() => {
    seen = [];
    ended = () => undefined;
    setTraceSource({
      followsParent: true,
      startSpan(name, options, parent) {
        const id = String(seen.length + 1).padStart(16, '0');
        const attributes: Record<string, unknown> = { ...options.attributes };
        const span: SeenSpan = { name, id, parentId: parent?.spanId, attributes, ends: 0 };
        seen.push(span);
        const spanContext: SpanContext = { traceId, spanId: id, traceFlags: TraceFlags.SAMPLED };
        return {
          isRecording: () => true,
          spanContext: () => spanContext,
          setAttributes: (more: object) => Object.assign(attributes, more),
          setAttribute: (key: string, value: unknown) => (attributes[key] = value),
          setStatus: () => undefined,
          end() {
            span.ends += 1;
            ended();
          },
        };
      },
    });
  });
  afterEach(() => setTraceSource(undefined));

  const caller = () => testCaller({ traceparent: `00-${traceId}-${rootId}-01` });
  /** Resolves when every span has ended: the server's may end after its answer has come. */
  const allEnded = async () => {
    while (seen.some(({ ends }) => ends === 0)) await new Promise<void>((resolve) => (ended = resolve));
    return seen;
  };

  it("are spans below the caller's, and the handler goes on with the last", async () => {
    let handedOn: string | undefined;
    const service = safetyService({
      screenText(_request, context) {
        handedOn = context.caller.traceparent;
        return Promise.resolve({});
      },
    });
    const { transport } = await open([service]);
    await transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller: caller() });
    const spans = await allEnded();
    expect([spans[0]!.parentId, spans.at(-1)!.name, handedOn]).toEqual([
      rootId,
      method,
      `00-${traceId}-${spans.at(-1)!.id}-01`,
    ]);
  });

  it("do what they log on behalf of the call's trace", async () => {
    let current: string | undefined;
    const service = chatService(async function* answer() {
      yield chatEvent(1);
      await Promise.resolve();
      current = currentTraceparent();
      yield chatEvent(2);
    });
    const { transport } = await open([service]);
    await readAll(
      transport
        .client(orchestrator.ChatServiceDefinition)
        .streamChat(chatRequest as never, { caller: caller() }),
    );
    const spans = await allEnded();
    expect(current).toBe(`00-${traceId}-${spans.at(-1)!.id}-01`);
  });

  it('end once, with the code of the failure and none of its text', async () => {
    const { transport } = await open([
      safetyService({ screenText: () => Promise.reject(notFound('policy', 'canary')) }),
    ]);
    const call = transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller: caller() });
    await expect(call).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const spans = await allEnded();
    const told = spans.map(({ attributes, ends }) => [attributes['rpc.response.status_code'], ends]);
    expect([new Set(told.map(String)), JSON.stringify(spans).includes('canary')]).toEqual([
      new Set(['NOT_FOUND,1']),
      false,
    ]);
  });

  it('are no failure when a reader has read enough', async () => {
    const { transport } = await open([
      chatService(async function* answer() {
        yield chatEvent(1);
        yield chatEvent(2);
      }),
    ]);
    const stream = transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest as never, { caller: caller() });
    for await (const _event of stream) break;
    const spans = await allEnded();
    expect(spans[0]!.attributes['rpc.response.status_code']).toBe('OK');
  });

  it('are not seen when the caller does not record its trace', async () => {
    const { transport } = await open([safetyService()]);
    const unrecorded = testCaller({ traceparent: `00-${traceId}-${rootId}-00` });
    await transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller: unrecorded });
    expect(seen).toEqual([]);
  });
});
