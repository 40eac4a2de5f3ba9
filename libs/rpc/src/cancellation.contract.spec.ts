import { getEventListeners } from 'node:events';
import { orchestrator, safety } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { callFrom, type RpcContext } from './index';
import { describeOverBoth, type Open, testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { aborted, errorOf, gate, readAll } from './testing/waiting';

const caller = testCaller();
const never = new Promise<never>(() => undefined);

/** A chat whose handler waits in a call of another service; tells when that one is reached and what its signal says. */
async function twoHops(open: Open) {
  const reached = gate();
  const reason = gate<unknown>();
  const inner = await open([
    safetyService({
      async screenText(_request, { signal }) {
        reached.open();
        reason.open(await aborted(signal));
        return {};
      },
    }),
  ]);
  const outer = await open([
    chatService(async function* (_request, context) {
      yield chatEvent(1);
      await inner.transport
        .client(safety.SafetyServiceDefinition)
        .screenText(screenRequest, callFrom(context));
    }),
  ]);
  return {
    reached: reached.opened,
    reason: reason.opened,
    client: outer.transport.client(orchestrator.ChatServiceDefinition),
  };
}

describeOverBoth('cancellation', (open) => {
  it('reaches a nested hop when the caller aborts', async () => {
    const { client, reached, reason } = await twoHops(open);
    const controller = new AbortController();
    const reading = readAll(client.streamChat(chatRequest, { caller, signal: controller.signal }));
    await reached;
    controller.abort();
    await errorOf(reading);
    expect(await reason).toMatchObject({ code: 'CANCELLED', reason: 'CALLER_GONE' });
  });

  it('reaches a nested hop when the reader leaves while it awaits a response', async () => {
    const { client, reached, reason } = await twoHops(open);
    const reader = client.streamChat(chatRequest, { caller })[Symbol.asyncIterator]();
    await reader.next();
    void reader.next().catch(() => undefined);
    await reached;
    await reader.return?.();
    expect(await reason).toMatchObject({ code: 'CANCELLED' });
  });

  it('reaches a handler whose reader leaves between two responses', async () => {
    const reason = gate<unknown>();
    const { transport } = await open([
      chatService(async function* (_request, { signal }) {
        void aborted(signal).then(reason.open);
        for (let sequence = 1; ; sequence++) yield await Promise.resolve(chatEvent(sequence));
      }),
    ]);
    for await (const _event of transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest, { caller }))
      break;
    expect(await reason.opened).toMatchObject({ code: 'CANCELLED' });
  });

  it("runs the handler's finally block when the reader leaves", async () => {
    const cleaned = gate();
    const { transport } = await open([
      chatService(async function* () {
        try {
          for (let sequence = 1; ; sequence++) yield await Promise.resolve(chatEvent(sequence));
        } finally {
          cleaned.open();
        }
      }),
    ]);
    for await (const _event of transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest, { caller }))
      break;
    await expect(cleaned.opened).resolves.toBeUndefined();
  });

  it('ends a unary call at once with CANCELLED, though its handler ignores the signal', async () => {
    const reached = gate();
    const { transport } = await open([
      safetyService({
        screenText() {
          reached.open();
          return never;
        },
      }),
    ]);
    const controller = new AbortController();
    const client = transport.client(safety.SafetyServiceDefinition);
    const call = client.screenText(screenRequest, { caller, signal: controller.signal });
    void reached.opened.then(() => controller.abort());
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED', reason: 'CALLER_GONE' });
  });

  it("tells the caller its own reason when that is one of weft's errors", async () => {
    const reached = gate();
    const { transport } = await open([
      safetyService({
        screenText() {
          reached.open();
          return never;
        },
      }),
    ]);
    const controller = new AbortController();
    const client = transport.client(safety.SafetyServiceDefinition);
    const call = client.screenText(screenRequest, { caller, signal: controller.signal });
    void reached.opened.then(() => controller.abort(new WeftError('ABORTED', 'RUN_CANCELLED', 'Cancelled.')));
    await expect(call).rejects.toMatchObject({ code: 'ABORTED', reason: 'RUN_CANCELLED' });
  });

  it('before the call keeps the handler from being called', async () => {
    let calls = 0;
    const { transport } = await open([
      safetyService({
        screenText() {
          calls += 1;
          return Promise.resolve({});
        },
      }),
    ]);
    const client = transport.client(safety.SafetyServiceDefinition);
    const error = await errorOf(client.screenText(screenRequest, { caller, signal: AbortSignal.abort() }));
    expect([error, calls]).toMatchObject([{ code: 'CANCELLED' }, 0]);
  });

  it('does not look like the end of the requests to a handler that reads them', async () => {
    const outcome = gate<unknown>();
    const reading = gate();
    const { transport } = await open([
      safetyService({
        async *streamScreenText(requests) {
          const sawEnd = (async () => {
            for await (const _request of requests) reading.open();
            return 'the end';
          })();
          outcome.open(await sawEnd.catch((error: unknown) => error));
          yield {};
        },
      }),
    ]);
    async function* endless() {
      yield { text: 'a' };
      await never;
    }
    const controller = new AbortController();
    const client = transport.client(safety.SafetyServiceDefinition);
    const stream = readAll(client.streamScreenText(endless(), { caller, signal: controller.signal }));
    await reading.opened;
    controller.abort();
    await errorOf(stream);
    expect(await outcome.opened).toMatchObject({ code: 'CANCELLED' });
  });

  it('tells the source of the requests to end', async () => {
    const cleaned = gate();
    const { transport } = await open([safetyService()]);
    async function* requests() {
      try {
        for (;;) yield await Promise.resolve({ text: 'a' });
      } finally {
        cleaned.open();
      }
    }
    for await (const _response of transport
      .client(safety.SafetyServiceDefinition)
      .streamScreenText(requests(), { caller }))
      break;
    await expect(cleaned.opened).resolves.toBeUndefined();
  });

  it('of a handler that has all it needs tells the source of the requests to end', async () => {
    const cleaned = gate();
    const { transport } = await open([
      safetyService({
        async *streamScreenText(requests) {
          for await (const { text } of requests) {
            yield { released: text };
            return;
          }
        },
      }),
    ]);
    async function* requests() {
      try {
        for (;;) yield await Promise.resolve({ text: 'a' });
      } finally {
        cleaned.open();
      }
    }
    await readAll(transport.client(safety.SafetyServiceDefinition).streamScreenText(requests(), { caller }));
    await expect(cleaned.opened).resolves.toBeUndefined();
  });

  it('leaves other calls on the same transport alone', async () => {
    const { transport } = await open([safetyService()]);
    const client = transport.client(safety.SafetyServiceDefinition);
    const doomed = new AbortController();
    const calls = Array.from({ length: 50 }, (_, index) =>
      client
        .screenText(
          { ...screenRequest, texts: [String(index)] },
          { caller, signal: index % 2 === 0 ? doomed.signal : undefined },
        )
        .then(
          ({ texts }) => texts[0],
          () => 'cancelled',
        ),
    );
    doomed.abort();
    const answers = await Promise.all(calls);
    expect(answers.filter((_, index) => index % 2 === 1)).toEqual(
      Array.from({ length: 25 }, (_, index) => String(index * 2 + 1)),
    );
  });
});

describeOverBoth('calls that are over', (open) => {
  it('leave no listener on a signal that outlives them', async () => {
    const { transport } = await open([
      safetyService(),
      chatService(async function* () {
        yield await Promise.resolve(chatEvent(1));
        yield chatEvent(2);
      }),
    ]);
    const parent = new AbortController();
    const options = () => callFrom({ caller, signal: parent.signal });
    const screen = transport.client(safety.SafetyServiceDefinition);
    const chat = transport.client(orchestrator.ChatServiceDefinition);
    async function* requests() {
      yield await Promise.resolve({ text: 'a' });
    }
    for (let round = 0; round < 100; round++) {
      const unary = Array.from({ length: 17 }, () => screen.screenText(screenRequest, options()));
      await Promise.all(unary);
      await errorOf(screen.screenText({ texts: [] }, options()));
      await readAll(chat.streamChat(chatRequest, options()));
      await readAll(screen.streamScreenText(requests(), options()));
      for await (const _event of chat.streamChat(chatRequest, options())) break;
    }
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  }, 60_000);

  it('do not abort the signal of their handler', async () => {
    const contexts: RpcContext[] = [];
    const { transport } = await open([
      chatService(async function* (_request, context) {
        contexts.push(context);
        yield await Promise.resolve(chatEvent(1));
      }),
    ]);
    await readAll(transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(contexts[0]?.signal.aborted).toBe(false);
  });

  it('warn of no leak when a hundred run at once under one signal', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { transport } = await open([safetyService()]);
    const { signal } = new AbortController();
    const client = transport.client(safety.SafetyServiceDefinition);
    await Promise.all(
      Array.from({ length: 100 }, () => client.screenText(screenRequest, callFrom({ caller, signal }))),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
