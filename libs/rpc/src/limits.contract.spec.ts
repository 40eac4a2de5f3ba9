import { orchestrator, safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import { authenticateInternal, connectGrpc, metadataKeys, serve } from './index';
import { describeOverBoth, testCaller, testTokens } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { errorOf, gate, readAll } from './testing/waiting';

const caller = testCaller();
const messageBytesMax = 64 * 1024;
const tooLong = 'x'.repeat(messageBytesMax);
const tooLarge = { code: 'RESOURCE_EXHAUSTED', reason: 'MESSAGE_TOO_LARGE' };

describeOverBoth('a message over the limit', (open) => {
  it('is refused as a request', async () => {
    const { transport } = await open([safetyService()], { messageBytesMax });
    const call = transport
      .client(safety.SafetyServiceDefinition)
      .screenText({ ...screenRequest, texts: [tooLong] }, { caller });
    await expect(call).rejects.toMatchObject(tooLarge);
  });

  it('is refused as a response', async () => {
    const screenText = () => Promise.resolve({ texts: [tooLong] });
    const { transport } = await open([safetyService({ screenText })], { messageBytesMax });
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await expect(call).rejects.toMatchObject(tooLarge);
  });

  it('is refused in the middle of a stream, after what came before it', async () => {
    const { transport } = await open(
      [
        chatService(async function* () {
          yield await Promise.resolve(chatEvent(1));
          yield chatEvent(2, tooLong);
        }),
      ],
      { messageBytesMax },
    );
    const sequences: number[] = [];
    const client = transport.client(orchestrator.ChatServiceDefinition);
    const reading = (async () => {
      for await (const { sequence } of client.streamChat(chatRequest, { caller })) sequences.push(sequence);
    })();
    const error = await errorOf(reading);
    expect([sequences, error]).toMatchObject([[1], tooLarge]);
  });

  it('ends the handler that sent it', async () => {
    const cleaned = gate();
    const { transport } = await open(
      [
        chatService(async function* () {
          try {
            for (;;) yield await Promise.resolve(chatEvent(1, tooLong));
          } finally {
            cleaned.open();
          }
        }),
      ],
      { messageBytesMax },
    );
    const client = transport.client(orchestrator.ChatServiceDefinition);
    await errorOf(readAll(client.streamChat(chatRequest, { caller })));
    await expect(cleaned.opened).resolves.toBeUndefined();
  });

  it('is refused in the middle of the requests', async () => {
    const { transport } = await open([safetyService()], { messageBytesMax });
    async function* requests() {
      yield await Promise.resolve({ text: 'fine' });
      yield { text: tooLong };
    }
    const call = readAll(
      transport.client(safety.SafetyServiceDefinition).streamScreenText(requests(), { caller }),
    );
    await expect(call).rejects.toMatchObject(tooLarge);
  });

  it('leaves other calls on the same transport alone', async () => {
    const held = gate();
    const screenText = async ({ texts }: safety.ScreenTextRequest) => {
      await held.opened;
      return { texts };
    };
    const { transport } = await open([safetyService({ screenText })], { messageBytesMax });
    const client = transport.client(safety.SafetyServiceDefinition);
    const sibling = client.screenText(screenRequest, { caller });
    await errorOf(client.screenText({ ...screenRequest, texts: [tooLong] }, { caller }));
    held.open();
    expect((await sibling).texts).toEqual(['hello']);
  });

  it('is carried when it is just within', async () => {
    const { transport } = await open([safetyService()], { messageBytesMax });
    const text = 'x'.repeat(messageBytesMax - 100);
    const { texts } = await transport
      .client(safety.SafetyServiceDefinition)
      .screenText({ ...screenRequest, texts: [text] }, { caller });
    expect(texts).toEqual([text]);
  });
});

describeOverBoth('metadata over 8 KiB', (open) => {
  it('is refused before it is sent', async () => {
    const { transport } = await open([safetyService()]);
    const metadata = Metadata({ 'x-note': 'x'.repeat(8192) });
    const call = transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller, metadata });
    await expect(call).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'METADATA_TOO_LARGE' });
  });

  it('does not stop what is within', async () => {
    let seen: string | undefined;
    const { transport } = await open([
      safetyService({
        screenText(_request, { metadata }) {
          seen = metadata.get('x-note');
          return Promise.resolve({});
        },
      }),
    ]);
    const metadata = Metadata({ 'x-note': 'x'.repeat(4096) });
    await transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller, metadata });
    expect(seen).toHaveLength(4096);
  });
});

describe('a server that is sent metadata over 8 KiB all the same', () => {
  it('refuses that call and goes on with the others of the connection', async () => {
    const held = gate();
    const server = await serve({
      services: [
        safetyService({
          async screenText({ texts }) {
            await held.opened;
            return { texts };
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
    const identity = testTokens.mint(caller);
    const sibling = client.screenText(screenRequest, {
      metadata: Metadata({ [metadataKeys.identity]: identity }),
    });
    const large = Metadata({ [metadataKeys.identity]: identity, 'x-note': 'x'.repeat(20_000) });
    const error = await errorOf(client.screenText(screenRequest, { metadata: large }));
    held.open();
    const { texts } = await sibling;
    channel.close();
    await server.stop();
    expect([error, texts]).toMatchObject([
      { code: 8, details: 'Metadata must have at most 8192 bytes.' },
      ['hello'],
    ]);
  });
});

describe('a client whose limit is lower than what it is sent', () => {
  it('says MESSAGE_TOO_LARGE', async () => {
    const screenText = () => Promise.resolve({ texts: [tooLong] });
    const server = await serve({
      services: [safetyService({ screenText })],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: authenticateInternal(testTokens),
      logger: silentLogger,
    });
    const transport = connectGrpc({
      security: { kind: 'insecure' },
      target: `127.0.0.1:${server.port}`,
      tokens: testTokens,
      messageBytesMax,
    });
    const error = await errorOf(
      transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller }),
    );
    transport.close();
    await server.stop();
    expect(error).toMatchObject(tooLarge);
  });
});
