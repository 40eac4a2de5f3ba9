import { common } from '@weft/contracts';
import { CallMeter } from './call-meter';
import { RunTrace } from './run-trace';
import { unreachableError } from './testing/unreachable-error';

function startMeter() {
  const identity = {
    tenantId: 'acme',
    principal: { kind: 'api_key' as const, id: 'key' },
    scopes: ['*'],
  };
  const trace = new RunTrace({ identity, requestId: 'request', deadline: Date.now() + 60_000 }, 'm', '');
  const messages = [common.Message.fromPartial({ role: common.Role.USER, content: 'Hi' })];
  const meter = new CallMeter(trace, 'm', messages);
  meter.sent();
  return { trace, meter };
}

describe('the bill of a request that failed', () => {
  it('has no call when the llm service could not be reached', async () => {
    const { trace, meter } = startMeter();
    meter.fail(await unreachableError(), 'failed');
    expect(trace.calls).toEqual([]);
  });

  it('has the call that had begun when another service could not be reached', async () => {
    const { trace, meter } = startMeter();
    meter.started({ provider: 'openai', providerModel: 'm-1', failedCalls: [] });
    meter.wrote('one two three');
    meter.fail(await unreachableError(), 'failed');
    expect(trace.calls).toMatchObject([
      { provider: 'openai', model: 'm-1', outcome: 'failed', usage: { outputTokens: 3, estimated: true } },
    ]);
  });
});
