import { orchestrator, safety } from '@weft/contracts';
import { describeOverBoth, testCaller } from './testing/both-transports';
import { chatEvent, chatService, safetyService } from './testing/test-services';
import { errorOf, readAll } from './testing/waiting';

const caller = testCaller();

describeOverBoth('requests that break the rules of their fields', (open) => {
  it('are refused with the violations, by the names of the contract', async () => {
    const { transport } = await open([safetyService()]);
    const call = transport.client(safety.SafetyServiceDefinition).screenText({ texts: [] }, { caller });
    await expect(call).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      message: 'direction: must be set; texts: must be set',
      violations: [
        { field: 'direction', description: 'must be set' },
        { field: 'texts', description: 'must be set' },
      ],
    });
  });

  it('do not reach the handler', async () => {
    let calls = 0;
    const { transport } = await open([
      chatService(async function* () {
        calls += 1;
        yield await Promise.resolve(chatEvent(1));
      }),
    ]);
    const client = transport.client(orchestrator.ChatServiceDefinition);
    const error = await errorOf(readAll(client.streamChat({ call: { model: 'm' } }, { caller })));
    expect([error, calls]).toMatchObject([{ violations: [{ field: 'call.messages' }] }, 0]);
  });

  it('are refused in the middle of a stream', async () => {
    const { transport } = await open([safetyService()]);
    async function* requests() {
      yield await Promise.resolve({ text: 'fine' });
      yield { policy: 'p'.repeat(64) };
    }
    const released: string[] = [];
    const client = transport.client(safety.SafetyServiceDefinition);
    const reading = (async () => {
      for await (const response of client.streamScreenText(requests(), { caller }))
        released.push(response.released);
    })();
    const error = await errorOf(reading);
    expect([released, error]).toMatchObject([
      ['fine'],
      { code: 'INVALID_ARGUMENT', violations: [{ field: 'policy' }] },
    ]);
  });
});
