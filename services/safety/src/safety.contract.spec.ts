import { safety } from '@weft/contracts';
import { startTestService, type TestService } from '@weft/testing';
import { safetyService } from './service';

const { Action, Direction, EntityKind } = safety;
const card = '4111 1111 1111 1111';

let service: TestService;
let client: ReturnType<typeof clientOf>;

function clientOf(tenantId: string) {
  return service.client(safety.SafetyServiceDefinition, { tenantId });
}

function policiesOf(tenantId: string) {
  return service.client(safety.PolicyServiceDefinition, { tenantId });
}

async function makePolicy(name: string, rules: Partial<safety.PolicySpec>): Promise<void> {
  await policiesOf('acme').createPolicy({
    name,
    spec: { description: '', inputRules: [], outputRules: [], ...rules },
  });
}

/**
 * Sends requests one by one, each when the response to the one before has come, and collects the responses.
 */
async function stream(
  ...requests: Partial<safety.StreamScreenTextRequest>[]
): Promise<safety.StreamScreenTextResponse[]> {
  const responses: safety.StreamScreenTextResponse[] = [];
  for await (const response of client.streamScreenText(sequence(requests))) responses.push(response);
  return responses;
}

async function* sequence(requests: Partial<safety.StreamScreenTextRequest>[]) {
  for (const request of requests) yield safety.StreamScreenTextRequest.fromPartial(request);
}

beforeAll(async () => {
  service = await startTestService(safetyService);
  client = clientOf('acme');
  await makePolicy('strict', {
    inputRules: [{ kind: EntityKind.EMAIL, action: Action.BLOCK }],
    outputRules: [
      { kind: EntityKind.EMAIL, action: Action.BLOCK },
      { kind: EntityKind.CARD, action: Action.REDACT },
    ],
  });
  await makePolicy('mail', { outputRules: [{ kind: EntityKind.EMAIL, action: Action.REDACT }] });
});

afterAll(() => service.stop());

describe('ScreenText', () => {
  it('redacts by the policy `default` where none is named', async () => {
    const response = await client.screenText({
      policy: '',
      direction: Direction.INPUT,
      texts: ['hello', `pay ${card}`],
    });
    expect(response.texts).toEqual(['hello', 'pay [CARD]']);
  });

  it('says which version of which policy it applied', async () => {
    const { policy, policyVersion } = await client.screenText({
      policy: '',
      direction: Direction.INPUT,
      texts: ['x'],
    });
    expect([policy, policyVersion]).toEqual(['default', 1]);
  });

  it('reports where in which original text it found what', async () => {
    const { findings } = await client.screenText({
      policy: '',
      direction: Direction.INPUT,
      texts: ['x', `😀 ${card} joe@example.com`],
    });
    expect(findings).toEqual([
      { kind: EntityKind.CARD, action: Action.REDACT, textIndex: 1, startOffset: 3, endOffset: 22 },
      { kind: EntityKind.EMAIL, action: Action.DETECT, textIndex: 1, startOffset: 23, endOffset: 38 },
    ]);
  });

  it('leaves e-mail addresses of output where they are by default', async () => {
    const { texts } = await client.screenText({
      policy: '',
      direction: Direction.OUTPUT,
      texts: ['joe@example.com'],
    });
    expect(texts).toEqual(['joe@example.com']);
  });

  it('empties every text of a request of which one is refused', async () => {
    const request = { policy: 'strict', direction: Direction.INPUT, texts: ['fine', 'joe@example.com'] };
    expect(await client.screenText(request)).toMatchObject({ blocked: true, texts: ['', ''] });
  });

  it('applies the rules of the direction alone', async () => {
    const { texts } = await client.screenText({
      policy: 'mail',
      direction: Direction.INPUT,
      texts: ['joe@example.com'],
    });
    expect(texts).toEqual(['joe@example.com']);
  });

  it.each(['missing', 'no such name!', 'nul\0'])('answers NOT_FOUND to the policy %j', async (policy) => {
    const request = { policy, direction: Direction.INPUT, texts: ['x'] };
    await expect(client.screenText(request)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'POLICY_NOT_FOUND',
    });
  });

  it('answers NOT_FOUND to the policy of another tenant', async () => {
    const request = { policy: 'mail', direction: Direction.OUTPUT, texts: ['x'] };
    await expect(clientOf('other').screenText(request)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses a direction that nobody knows', async () => {
    const request = { policy: '', direction: 9 as safety.Direction, texts: ['x'] };
    await expect(client.screenText(request)).rejects.toMatchObject({ violations: [{ field: 'direction' }] });
  });

  it('applies a change of the policy from the next request on', async () => {
    await makePolicy('changing', { outputRules: [{ kind: EntityKind.EMAIL, action: Action.REDACT }] });
    const request = { policy: 'changing', direction: Direction.OUTPUT, texts: ['joe@example.com'] };
    await client.screenText(request);
    await policiesOf('acme').updatePolicy({
      name: 'changing',
      spec: { description: '', inputRules: [], outputRules: [] },
    });
    expect(await client.screenText(request)).toMatchObject({ texts: ['joe@example.com'], policyVersion: 2 });
  });
});

describe('StreamScreenText', () => {
  it('releases, put together, what ScreenText makes of the whole', async () => {
    const responses = await stream(
      { policy: 'mail', direction: Direction.OUTPUT, text: 'write to jo' },
      { text: 'e@exam' },
      { text: 'ple.com or 😀' },
      { end: true },
    );
    expect(responses.map(({ released }) => released)).toEqual(['write to ', '', '[EMAIL] or 😀', '']);
  });

  it('tells with each response how far it has judged', async () => {
    const responses = await stream(
      { policy: 'mail', direction: Direction.OUTPUT, text: 'to joe@' },
      { text: 'x.io, ' },
      { end: true },
    );
    expect(responses.map(({ watermark }) => watermark)).toEqual([3, 13, 13]);
  });

  it('names policy and version in the first response alone', async () => {
    const responses = await stream(
      { policy: 'mail', direction: Direction.OUTPUT },
      { text: 'a ' },
      { end: true },
    );
    expect(responses.map(({ policy, policyVersion }) => [policy, policyVersion])).toEqual([
      ['mail', 1],
      ['', 0],
      ['', 0],
    ]);
  });

  it('says `end` in its last response, and takes text that comes with the end', async () => {
    const responses = await stream(
      { policy: 'mail', direction: Direction.OUTPUT, text: 'joe@' },
      { text: 'example.com', end: true },
    );
    expect(responses.map(({ released, end }) => [released, end])).toEqual([
      ['', false],
      ['[EMAIL]', true],
    ]);
  });

  it('reports each finding once, by its place in the original text', async () => {
    const responses = await stream(
      { policy: 'mail', direction: Direction.OUTPUT, text: 'joe@x.io ann@' },
      { text: 'x.io ', end: true },
    );
    expect(
      responses.flatMap(({ findings }) =>
        findings.map(({ startOffset, endOffset }) => [startOffset, endOffset]),
      ),
    ).toEqual([
      [0, 8],
      [9, 17],
    ]);
  });

  it('stops at a text that is refused, and releases nothing of it nor of what follows', async () => {
    const responses = await stream(
      { policy: 'strict', direction: Direction.OUTPUT, text: `pay ${card} to joe@example.com, ` },
      { text: 'more' },
      { end: true },
    );
    expect(responses).toMatchObject([
      { released: 'pay [CARD] to ', watermark: 27, blocked: true, end: false },
    ]);
  });

  it('answers NOT_FOUND to a policy that is missing, before it releases anything', async () => {
    const responses = stream(
      { policy: 'missing', direction: Direction.OUTPUT, text: 'text ' },
      { end: true },
    );
    await expect(responses).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'POLICY_NOT_FOUND' });
  });

  it('refuses a first request without a direction', async () => {
    await expect(stream({ text: 'text ' })).rejects.toMatchObject({ violations: [{ field: 'direction' }] });
  });

  it('keeps back what it held, and fails, when the requests stop without an end', async () => {
    const released: string[] = [];
    const requests = sequence([{ policy: 'mail', direction: Direction.OUTPUT, text: 'to joe@example.com' }]);
    const reading = (async () => {
      for await (const response of client.streamScreenText(requests)) released.push(response.released);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations: [{ field: 'end' }] });
    expect(released).toEqual(['to ']);
  });

  it('keeps the policy that it began with, whatever becomes of it meanwhile', async () => {
    await makePolicy('leaving', { outputRules: [{ kind: EntityKind.EMAIL, action: Action.REDACT }] });
    async function* requests() {
      yield safety.StreamScreenTextRequest.fromPartial({
        policy: 'leaving',
        direction: Direction.OUTPUT,
        text: 'a ',
      });
      await policiesOf('acme').deletePolicy({ name: 'leaving' });
      yield safety.StreamScreenTextRequest.fromPartial({ text: 'joe@example.com', end: true });
    }
    const released: string[] = [];
    for await (const response of client.streamScreenText(requests())) released.push(response.released);
    expect(released.join('')).toBe('a [EMAIL]');
  });
});
