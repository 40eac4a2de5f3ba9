import { orchestrator, safety } from '@weft/contracts';
import { callFrom, type RpcContext } from './index';
import { describeOverBoth, testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { errorOf, gate, readAll } from './testing/waiting';

const caller = testCaller();
const internal = { code: 'INTERNAL', message: 'An internal error occurred.' };

describeOverBoth('a faulty handler', (open) => {
  const faults: unknown[] = [];
  const onFault = (error: unknown) => faults.push(error);

  beforeEach(() => {
    faults.length = 0;
    process.on('uncaughtException', onFault);
    process.on('unhandledRejection', onFault);
    process.on('warning', onFault);
  });

  /** Lets everything that is on its way arrive, then looks for what would have ended the process or shown on its stderr. */
  afterEach(async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    process.off('uncaughtException', onFault);
    process.off('unhandledRejection', onFault);
    process.off('warning', onFault);
    expect(faults).toEqual([]);
  });

  async function errorFrom(screenText: () => unknown): Promise<unknown> {
    const { transport } = await open([safetyService({ screenText: screenText as never })]);
    return await errorOf(
      transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }),
    );
  }

  async function streamErrorFrom(streamChat: () => unknown): Promise<unknown> {
    const { transport } = await open([chatService(streamChat as never)]);
    const stream = transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller });
    return await errorOf(readAll(stream));
  }

  it('that throws before it returns a promise answers INTERNAL', async () => {
    const error = await errorFrom(() => {
      throw new Error('secret');
    });
    expect(error).toMatchObject(internal);
  });

  it('that rejects answers INTERNAL', async () => {
    expect(await errorFrom(() => Promise.reject(new Error('secret')))).toMatchObject(internal);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['what is not its response', { texts: 'no list' }],
    ['a number where there must be a whole one', { policyVersion: 0.5 }],
  ])('that returns %s answers INTERNAL', async (_what, response) => {
    expect(await errorFrom(() => Promise.resolve(response))).toMatchObject(internal);
  });

  it('of a stream that throws before it returns the stream answers INTERNAL', async () => {
    const error = await streamErrorFrom(() => {
      throw new Error('secret');
    });
    expect(error).toMatchObject(internal);
  });

  it('of a stream that throws in the middle answers INTERNAL', async () => {
    const error = await streamErrorFrom(async function* () {
      yield await Promise.resolve(chatEvent(1));
      throw new Error('secret');
    });
    expect(error).toMatchObject(internal);
  });

  it.each([
    ['nothing', undefined],
    ['what is not its response', { sequence: 'one' }],
  ])('of a stream that yields %s answers INTERNAL', async (_what, response) => {
    const error = await streamErrorFrom(async function* () {
      yield await Promise.resolve(chatEvent(1));
      yield response;
    });
    expect(error).toMatchObject(internal);
  });

  it('of a stream that is no stream answers INTERNAL', async () => {
    expect(await streamErrorFrom(() => 'no stream')).toMatchObject(internal);
  });

  it('that throws once its caller is gone hurts nobody', async () => {
    const reached = gate();
    const thrown = gate();
    const { transport } = await open([
      safetyService({
        async screenText(_request, { signal }) {
          reached.open();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          thrown.open();
          throw new Error('too late');
        },
      }),
    ]);
    const controller = new AbortController();
    const client = transport.client(safety.SafetyServiceDefinition);
    const call = errorOf(client.screenText(screenRequest, { caller, signal: controller.signal }));
    await reached.opened;
    controller.abort();
    await thrown.opened;
    expect(await call).toMatchObject({ code: 'CANCELLED' });
  });

  it('of a stream that throws while it is told to end hurts nobody', async () => {
    const thrown = gate();
    const { transport } = await open([
      chatService(async function* () {
        try {
          for (let sequence = 1; ; sequence++) yield await Promise.resolve(chatEvent(sequence));
        } finally {
          thrown.open();
          // eslint-disable-next-line no-unsafe-finally -- the fault under test
          throw new Error('in finally');
        }
      }),
    ]);
    const client = transport.client(orchestrator.ChatServiceDefinition);
    for await (const _event of client.streamChat(chatRequest, { caller })) break;
    await thrown.opened;
    expect(faults).toEqual([]);
  });

  describe('that leaves a call to another service behind', () => {
    async function innerCall() {
      const reached = gate();
      const ended = gate();
      const { transport } = await open([
        safetyService({
          screenText(_request, { signal }) {
            signal.addEventListener('abort', () => ended.open());
            reached.open();
            return new Promise(() => undefined);
          },
        }),
      ]);
      const begin = (context: RpcContext) =>
        void errorOf(
          transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, callFrom(context)),
        );
      return { begin, reached: reached.opened, ended: ended.opened };
    }

    it('ends it when a unary call fails', async () => {
      const { begin, reached, ended } = await innerCall();
      const { transport } = await open([
        safetyService({
          async screenText(_request, context) {
            begin(context);
            await reached;
            throw new Error('meanwhile');
          },
        }),
      ]);
      await errorOf(transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }));
      await expect(ended).resolves.toBeUndefined();
    });

    it('ends it when a stream fails', async () => {
      const { begin, reached, ended } = await innerCall();
      const { transport } = await open([
        chatService(async function* (_request, context) {
          begin(context);
          await reached;
          yield chatEvent(1);
          throw new Error('meanwhile');
        }),
      ]);
      const client = transport.client(orchestrator.ChatServiceDefinition);
      await errorOf(readAll(client.streamChat(chatRequest, { caller })));
      await expect(ended).resolves.toBeUndefined();
    });
  });

  it('leaves the next call unharmed', async () => {
    let calls = 0;
    const { transport } = await open([
      safetyService({
        screenText({ texts }) {
          calls += 1;
          if (calls === 1) throw new Error('once');
          return Promise.resolve({ texts });
        },
      }),
    ]);
    const client = transport.client(safety.SafetyServiceDefinition);
    await errorOf(client.screenText(screenRequest, { caller }));
    expect((await client.screenText(screenRequest, { caller })).texts).toEqual(['hello']);
  });
});

describeOverBoth('a caller whose requests fail', (open) => {
  it('gets its own error back', async () => {
    const { transport } = await open([safetyService()]);
    async function* requests() {
      yield await Promise.resolve({ text: 'a' });
      throw new Error('the file is gone');
    }
    const stream = transport.client(safety.SafetyServiceDefinition).streamScreenText(requests(), { caller });
    await expect(readAll(stream)).rejects.toThrow('the file is gone');
  });

  it('is seen by the handler as gone, not as done', async () => {
    const outcome = gate<unknown>();
    const received = gate();
    const { transport } = await open([
      safetyService({
        async *streamScreenText(requests) {
          const reading = (async () => {
            for await (const _request of requests) received.open();
            return 'done';
          })();
          outcome.open(await reading.catch((error: unknown) => error));
          yield {};
        },
      }),
    ]);
    async function* requests() {
      yield await Promise.resolve({ text: 'a' });
      await received.opened;
      throw new Error('the file is gone');
    }
    const stream = transport.client(safety.SafetyServiceDefinition).streamScreenText(requests(), { caller });
    await errorOf(readAll(stream));
    expect(await outcome.opened).toMatchObject({ code: 'CANCELLED' });
  });
});
