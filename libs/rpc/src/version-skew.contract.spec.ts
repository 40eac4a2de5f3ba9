import { safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { authenticateInternal, implement, rawServiceDefinition, serve } from './index';
import { describeOverBoth, testCaller, testTokens } from './testing/both-transports';
import { connectToPorts } from './testing/named-servers';
import { safetyService } from './testing/test-services';

const path = '/weft.safety.v1.SafetyService/ScreenText';

/** Field 1000, a text: `later`. No contract of today has it. */
const unknownField = Buffer.from([0xc2, 0x3e, 5, ...Buffer.from('later')]);

/** An enum value of tomorrow. */
const unknownValue: number = 99;

function requestBytes(direction: number): Buffer {
  const request = { policy: '', direction, texts: ['hello'] };
  return Buffer.concat([safety.ScreenTextRequest.encode(request).finish(), unknownField]);
}

/** An answer with a finding of a kind, and an action, that this build does not know. */
function responseBytes(): Buffer {
  const finding = safety.Finding.fromPartial({ kind: unknownValue, action: unknownValue, textIndex: 3 });
  const response = safety.ScreenTextResponse.fromPartial({ texts: ['answer'], findings: [finding] });
  return Buffer.concat([safety.ScreenTextResponse.encode(response).finish(), unknownField]);
}

describeOverBoth('a request of a newer build', (open) => {
  it('reaches its handler with an enum value that is not known here', async () => {
    let direction: number | undefined;
    const { transport } = await open([
      safetyService({
        screenText(request) {
          ({ direction } = request);
          return Promise.resolve({});
        },
      }),
    ]);
    await transport.raw.unary(path, requestBytes(unknownValue), { caller: testCaller() });
    expect(direction).toBe(unknownValue);
  });

  it('is answered though it has a field that is not known here', async () => {
    const { transport } = await open([safetyService()]);
    const bytes = await transport.raw.unary(path, requestBytes(1), { caller: testCaller() });
    expect(safety.ScreenTextResponse.decode(bytes).texts).toEqual(['hello']);
  });

  it('passes on an enum value that is not known here', async () => {
    const { transport } = await open([
      safetyService({
        screenText: () => Promise.resolve({ findings: [safety.Finding.fromPartial({ kind: unknownValue })] }),
      }),
    ]);
    const bytes = await transport.raw.unary(path, requestBytes(1), { caller: testCaller() });
    expect(safety.ScreenTextResponse.decode(bytes).findings[0]!.kind).toBe(unknownValue);
  });
});

describe('an answer of a newer build', () => {
  const closing: { close(): unknown }[] = [];
  let received: Uint8Array | undefined;

  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
  });

  async function openRaw() {
    const definition = rawServiceDefinition('weft.safety.v1.SafetyService');
    const server = await serve({
      raw: true,
      services: [
        implement(definition, {
          ScreenText(bytes: Uint8Array) {
            received = bytes;
            return Promise.resolve(responseBytes());
          },
          async *StreamScreenText() {},
        } as never),
      ],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: authenticateInternal(testTokens),
      logger: silentLogger,
    });
    const transport = connectToPorts([server.port]);
    closing.push({ close: () => server.stop() }, transport);
    return transport;
  }

  it('is read by a client that does not know its field nor its enum values', async () => {
    const transport = await openRaw();
    const client = transport.client(safety.SafetyServiceDefinition);
    const { texts, findings } = await client.screenText(
      { direction: 1, texts: ['hello'] },
      { caller: testCaller() },
    );
    expect([texts, findings[0]!.kind, findings[0]!.action, findings[0]!.textIndex]).toEqual([
      ['answer'],
      unknownValue,
      unknownValue,
      3,
    ]);
  });

  it('is passed on byte for byte by who does not decode it, as is its request', async () => {
    const transport = await openRaw();
    const answer = await transport.raw.unary(path, requestBytes(unknownValue), { caller: testCaller() });
    expect([Buffer.from(received!), Buffer.from(answer)]).toEqual([
      requestBytes(unknownValue),
      responseBytes(),
    ]);
  });
});
