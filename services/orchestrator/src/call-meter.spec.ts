import { common } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { CallMeter } from './call-meter';
import { RunTrace } from './run-trace';

/** What the transport says when it has no connection to a service, whichever it is. */
const unreachable = () =>
  new WeftError('UNAVAILABLE', 'SERVICE_UNREACHABLE', 'A service cannot be reached now.', {
    cause: new Error('14: No connection established'),
  });

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
  it('has no call when the llm service could not be reached', () => {
    const { trace, meter } = startMeter();
    meter.fail(unreachable(), 'failed');
    expect(trace.calls).toEqual([]);
  });

  it('has the call that had begun when another service could not be reached', () => {
    const { trace, meter } = startMeter();
    meter.started({ provider: 'openai', providerModel: 'm-1', failedCalls: [] });
    meter.wrote('one two three');
    meter.fail(unreachable(), 'failed');
    expect(trace.calls).toMatchObject([
      { provider: 'openai', model: 'm-1', outcome: 'failed', usage: { outputTokens: 3, estimated: true } },
    ]);
  });
});
