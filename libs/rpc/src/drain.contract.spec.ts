import { orchestrator, safety } from '@weft/contracts';
import { describeOverBoth, testCaller } from './testing/both-transports';
import {
  chatEvent,
  chatRequest,
  chatService,
  partialService,
  safetyService,
  screenRequest,
} from './testing/test-services';
import { aborted, errorOf, gate, readAll } from './testing/waiting';

const caller = testCaller();
const never = new Promise<never>(() => undefined);
const draining = { code: 'UNAVAILABLE', reason: 'DRAINING', retryDelayMs: 1000 };

describeOverBoth('a drain', (open) => {
  it('refuses new calls with a retryable error', async () => {
    const { transport, drain } = await open([safetyService()]);
    await drain(1000);
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    // Over gRPC clients are told before they call: they find nobody who listens.
    await expect(call).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: expect.stringMatching(/^(DRAINING|SERVICE_UNREACHABLE)$/),
      retryDelayMs: 1000,
    });
  });

  it('is over at once when nothing is inside', async () => {
    const { drain } = await open([safetyService()]);
    await expect(drain(60_000)).resolves.toBeUndefined();
  });

  it('lets a call that is inside finish', async () => {
    const inside = gate();
    const finish = gate();
    const { transport, drain } = await open([
      safetyService({
        async screenText({ texts }) {
          inside.open();
          await finish.opened;
          return { texts };
        },
      }),
    ]);
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await inside.opened;
    const drained = drain(60_000);
    finish.open();
    const [{ texts }] = await Promise.all([call, drained]);
    expect(texts).toEqual(['hello']);
  });

  it('lets a stream that is inside finish', async () => {
    const inside = gate();
    const finish = gate();
    const { transport, drain } = await open([
      chatService(async function* () {
        yield await Promise.resolve(chatEvent(1));
        inside.open();
        await finish.opened;
        yield chatEvent(2);
      }),
    ]);
    const reading = readAll(
      transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    await inside.opened;
    const drained = drain(60_000);
    finish.open();
    const [events] = await Promise.all([reading, drained]);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('ends a stream with a retryable error when its time is up', async () => {
    const inside = gate();
    const { transport, drain } = await open([
      chatService(async function* () {
        yield await Promise.resolve(chatEvent(1));
        inside.open();
        await never;
      }),
    ]);
    const reading = errorOf(
      readAll(transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller })),
    );
    await inside.opened;
    await drain(20);
    expect(await reading).toMatchObject(draining);
  });

  it('ends a unary call with a retryable error when its time is up', async () => {
    const inside = gate();
    const { transport, drain } = await open([
      partialService(orchestrator.ChatServiceDefinition, {
        chat() {
          inside.open();
          return never;
        },
      }),
    ]);
    const call = errorOf(
      transport.client(orchestrator.ChatServiceDefinition).chat(chatRequest.call, { caller }),
    );
    await inside.opened;
    await drain(20);
    expect(await call).toMatchObject(draining);
  });

  it('tells handlers why they are ended', async () => {
    const inside = gate();
    const reason = gate<unknown>();
    const { transport, drain } = await open([
      safetyService({
        async screenText(_request, { signal }) {
          inside.open();
          reason.open(await aborted(signal));
          return {};
        },
      }),
    ]);
    void errorOf(transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }));
    await inside.opened;
    await drain(20);
    expect(await reason.opened).toMatchObject(draining);
  });

  it('does not wait for a reader that does not read', async () => {
    const cleaned = gate();
    const { transport, drain } = await open([
      chatService(async function* () {
        try {
          for (let sequence = 1; ; sequence++)
            yield await Promise.resolve(chatEvent(sequence, 'x'.repeat(65_536)));
        } finally {
          cleaned.open();
        }
      }),
    ]);
    const stream = transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await drain(20);
    await cleaned.opened;
    await expect(reader.return?.()).resolves.toMatchObject({ done: true });
  });

  it('asked for twice waits twice', async () => {
    const inside = gate();
    const finish = gate();
    const { transport, drain } = await open([
      safetyService({
        async screenText() {
          inside.open();
          await finish.opened;
          return {};
        },
      }),
    ]);
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await inside.opened;
    const drains = [drain(60_000), drain(60_000)];
    finish.open();
    await Promise.all([call, ...drains]);
    await expect(call).resolves.toBeDefined();
  });
});
