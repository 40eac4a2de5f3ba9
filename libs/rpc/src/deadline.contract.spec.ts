import { orchestrator, safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { authenticateInternal, type Caller, callFrom, metadataKeys, methodPolicy, serve } from './index';
import { describeOverBoth, testCaller, testTokens } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { aborted, errorOf, gate, readAll } from './testing/waiting';

/** A deadline that leaves a busy machine the time to reach the handler. */
const reachableMs = 600;
const never = new Promise<never>(() => undefined);

describeOverBoth('deadlines', (open) => {
  it('end a call whose handler ignores the signal', async () => {
    const { transport } = await open([safetyService({ screenText: () => never })]);
    const caller = testCaller({ deadline: Date.now() + 50 });
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED' });
  });

  it('end a stream whose handler ignores the signal', async () => {
    const { transport } = await open([
      chatService(async function* () {
        yield await Promise.resolve(chatEvent(1));
        await never;
      }),
    ]);
    const caller = testCaller({ deadline: Date.now() + 100 });
    const stream = transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller });
    await expect(readAll(stream)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('abort the handler with DEADLINE_EXCEEDED', async () => {
    const reason = gate<unknown>();
    const { transport } = await open([
      safetyService({
        async screenText(_request, { signal }) {
          reason.open(await aborted(signal));
          return {};
        },
      }),
    ]);
    const caller = testCaller({ deadline: Date.now() + reachableMs });
    await errorOf(transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }));
    expect(await reason.opened).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('that have passed keep the handler from being called', async () => {
    let calls = 0;
    const { transport } = await open([
      safetyService({
        screenText() {
          calls += 1;
          return Promise.resolve({});
        },
      }),
    ]);
    const caller = testCaller({ deadline: Date.now() - 1 });
    const error = await errorOf(
      transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }),
    );
    expect([error, calls]).toMatchObject([{ code: 'DEADLINE_EXCEEDED' }, 0]);
  });

  it('bound the calls that a handler makes', async () => {
    const inner = await open([safetyService({ screenText: () => never })]);
    const nested = gate<unknown>();
    const outer = await open([
      chatService(async function* (_request, context) {
        const peer = inner.transport.client(safety.SafetyServiceDefinition);
        nested.open(await errorOf(peer.screenText(screenRequest, callFrom(context, { timeoutMs: 60_000 }))));
        yield chatEvent(1);
      }),
    ]);
    const caller = testCaller({ deadline: Date.now() + reachableMs });
    const client = outer.transport.client(orchestrator.ChatServiceDefinition);
    // Which of the two calls sees the deadline first is a matter of chance; that the nested one does is not.
    readAll(client.streamChat(chatRequest, { caller })).catch(() => undefined);
    expect(await nested.opened).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('can be shortened for a nested call, whose failure the handler survives', async () => {
    const inner = await open([safetyService({ screenText: () => never })]);
    const outer = await open([
      chatService(async function* (_request, context) {
        const peer = inner.transport.client(safety.SafetyServiceDefinition);
        const error = await errorOf(peer.screenText(screenRequest, callFrom(context, { timeoutMs: 30 })));
        yield chatEvent(1, (error as { code: string }).code);
      }),
    ]);
    const client = outer.transport.client(orchestrator.ChatServiceDefinition);
    const [event] = await readAll(client.streamChat(chatRequest, { caller: testCaller() }));
    expect(event?.event).toEqual({ $case: 'text', value: { text: 'DEADLINE_EXCEEDED' } });
  });

  async function deadlineSeenBy(deadline: number): Promise<number> {
    let seen: Caller | undefined;
    const service = safetyService({
      screenText(_request, { caller }) {
        seen = caller;
        return Promise.resolve({});
      },
    });
    const { transport } = await open([service]);
    await transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller: testCaller({ deadline }) });
    return seen!.deadline;
  }

  it('reach the handler as the caller set them, within the time that a call travels', async () => {
    const deadline = Date.now() + 5000;
    const seen = await deadlineSeenBy(deadline);
    expect(Math.abs(seen - deadline)).toBeLessThan(1000);
  });

  it('are no longer than the contract allows', async () => {
    const longest = methodPolicy('/weft.safety.v1.SafetyService/ScreenText')!.deadlineMs;
    const seen = await deadlineSeenBy(Date.now() + 1e12);
    expect(seen).toBeLessThanOrEqual(Date.now() + longest);
  });
});

describe('deadlines on the wire', () => {
  const token = () => testTokens.mint(testCaller({ deadline: Date.now() + 3_600_000 }));

  async function deadlineSeen(metadata: Record<string, string>): Promise<number> {
    let seen: Caller | undefined;
    const server = await serve({
      services: [
        safetyService({
          screenText(_request, { caller }) {
            seen = caller;
            return Promise.resolve({});
          },
        }),
      ],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: authenticateInternal(testTokens),
      logger: silentLogger,
    });
    const channel = createChannel(`127.0.0.1:${server.port}`);
    const client = createClient(safety.SafetyServiceDefinition, channel);
    await client.screenText(screenRequest, { metadata: Metadata(metadata) });
    channel.close();
    await server.stop();
    return seen!.deadline - Date.now();
  }

  it('are those of grpc-timeout', async () => {
    const left = await deadlineSeen({ [metadataKeys.identity]: token(), 'grpc-timeout': '7S' });
    expect(left > 5000 && left <= 7000).toBe(true);
  });

  it("are the contract's where the client sets none", async () => {
    const left = await deadlineSeen({ [metadataKeys.identity]: token() });
    expect(left > 25_000 && left <= 30_000).toBe(true);
  });

  it("are by this machine's clock, not by that of the sender", async () => {
    const behind = testTokens.mint(testCaller({ deadline: Date.now() - 2000 }));
    const left = await deadlineSeen({ [metadataKeys.identity]: behind, 'grpc-timeout': '7S' });
    expect(left).toBeGreaterThan(5000);
  });

  it('end a call whose door does not come to know who calls', async () => {
    const server = await serve({
      services: [safetyService()],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: () => new Promise(() => undefined),
      logger: silentLogger,
    });
    const channel = createChannel(`127.0.0.1:${server.port}`);
    const client = createClient(safety.SafetyServiceDefinition, channel);
    const error = await errorOf(
      client.screenText(screenRequest, { metadata: Metadata({ 'grpc-timeout': '50m' }) }),
    );
    const { callsInFlight } = server;
    while (callsInFlight() > 0) await new Promise((resolve) => setImmediate(resolve));
    channel.close();
    await server.stop();
    expect(error).toMatchObject({ code: 4 });
  });

  it('cannot be set by the name under which the interceptor hands them on', async () => {
    const forged = { [metadataKeys.identity]: token(), [metadataKeys.deadline]: String(Date.now() + 1) };
    const left = await deadlineSeen(forged);
    expect(left).toBeGreaterThan(25_000);
  });
});
