import { orchestrator, safety } from '@weft/contracts';
import { describeOverBoth, testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService } from './testing/test-services';
import { aborted, errorOf, gate } from './testing/waiting';

/** What two HTTP/2 windows, two sockets and two object streams hold, with room to spare. */
const bufferedBytesMax = 4 * 1024 * 1024;
const text = 'x'.repeat(16 * 1024);
const bufferedMessagesMax = bufferedBytesMax / text.length;

/** Waits until a count has not changed for a good while: its producer is paused. */
async function settled(count: () => number): Promise<number> {
  for (let quiet = 0, last = -1; quiet < 20;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    quiet = count() === last ? quiet + 1 : 0;
    last = count();
  }
  return count();
}

describeOverBoth('a slow reader', (open) => {
  it('pauses the handler', async () => {
    let produced = 0;
    const { transport } = await open([
      chatService(async function* () {
        for (; produced < 10_000; produced++) yield await Promise.resolve(chatEvent(produced, text));
      }),
    ]);
    const stream = transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest, { caller: testCaller() });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const paused = await settled(() => produced);
    await reader.return?.();
    expect(paused).toBeLessThan(bufferedMessagesMax);
  });

  it('gets every message in the end', async () => {
    const { transport } = await open([
      chatService(async function* () {
        for (let sequence = 1; sequence <= 500; sequence++)
          yield await Promise.resolve(chatEvent(sequence, text));
      }),
    ]);
    const stream = transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest, { caller: testCaller() });
    const sequences: number[] = [];
    for await (const { sequence } of stream) {
      sequences.push(sequence);
      if (sequence % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sequences).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('of requests pauses the caller', async () => {
    let sent = 0;
    const { transport } = await open([
      safetyService({
        async *streamScreenText(requests, { signal }) {
          const reader = requests[Symbol.asyncIterator]();
          await reader.next();
          yield {};
          await aborted(signal);
        },
      }),
    ]);
    async function* requests() {
      for (; sent < 10_000; sent++) yield await Promise.resolve({ text });
    }
    const stream = transport
      .client(safety.SafetyServiceDefinition)
      .streamScreenText(requests(), { caller: testCaller() });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    const paused = await settled(() => sent);
    await reader.return?.();
    expect(paused).toBeLessThan(bufferedMessagesMax);
  });

  it('does not keep its handler beyond the deadline', async () => {
    const cleaned = gate();
    const { transport } = await open([
      chatService(async function* () {
        try {
          for (let sequence = 1; ; sequence++) yield await Promise.resolve(chatEvent(sequence, text));
        } finally {
          cleaned.open();
        }
      }),
    ]);
    const caller = testCaller({ deadline: Date.now() + 800 });
    const stream = transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    await cleaned.opened;
    const readRest = async () => {
      while (!(await reader.next()).done);
    };
    expect(await errorOf(readRest())).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});
