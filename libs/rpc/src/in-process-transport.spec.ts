import { getEventListeners } from 'node:events';
import { orchestrator } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { createInProcessTransport, implement } from './index';
import { testCaller } from './testing/both-transports';
import { chatEvent, chatRequest, chatService } from './testing/test-services';
import { gate } from './testing/waiting';

describe('an in-process transport', () => {
  it('gives back what a call holds at its deadline, though its reader does not come', async () => {
    const cleaned = gate();
    const transport = createInProcessTransport({ logger: silentLogger });
    transport.add([
      chatService(async function* () {
        try {
          for (;;) yield await Promise.resolve(chatEvent(1));
        } finally {
          cleaned.open();
        }
      }),
    ]);
    const { signal } = new AbortController();
    const caller = testCaller({ deadline: Date.now() + 200 });
    const stream = transport
      .client(orchestrator.ChatServiceDefinition)
      .streamChat(chatRequest, { caller, signal });
    await stream[Symbol.asyncIterator]().next();
    await cleaned.opened;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not take a service with a method that has no handler', () => {
    const transport = createInProcessTransport({ logger: silentLogger });
    const services = [
      implement(orchestrator.ChatServiceDefinition, { chat: () => Promise.resolve({}) } as never),
    ];
    expect(() => transport.add(services)).toThrow('streamChat has no handler');
  });
});
