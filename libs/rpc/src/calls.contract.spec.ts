import { cache, embedding, orchestrator, retrieval, safety } from '@weft/contracts';
import { callFrom, implement } from './index';
import { describeOverBoth, testCaller } from './testing/both-transports';
import {
  chatEvent,
  chatRequest,
  chatService,
  partialService,
  safetyService,
  screenRequest,
} from './testing/test-services';
import { readAll } from './testing/waiting';

const caller = testCaller();

const cacheKey = {
  assistant: 'a',
  assistantVersion: 1,
  model: 'm',
  policy: 'p',
  requestDigest: '0'.repeat(64),
};

async function* of<T>(...items: T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

describeOverBoth('calls', (open) => {
  it('answers a unary call', async () => {
    const { transport } = await open([safetyService()]);
    const response = await transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller });
    expect(response.texts).toEqual(['hello']);
  });

  it('fills fields that a response leaves out', async () => {
    const { transport } = await open([safetyService({ screenText: () => Promise.resolve({}) })]);
    const response = await transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller });
    expect(response).toEqual({ texts: [], blocked: false, findings: [], policy: '', policyVersion: 0 });
  });

  it('streams responses in order and then ends', async () => {
    const { transport } = await open([
      chatService(async function* () {
        for (let sequence = 1; sequence <= 100; sequence++) yield await Promise.resolve(chatEvent(sequence));
      }),
    ]);
    const events = await readAll(
      transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    expect(events.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it('streams both ways, each response before the next request', async () => {
    const { transport } = await open([safetyService()]);
    const client = transport.client(safety.SafetyServiceDefinition);
    const log: string[] = [];
    async function* requests() {
      for (const text of ['a', 'b', 'c']) {
        log.push(`sent ${text}`);
        yield { text };
        while (!log.includes(`received ${text}`)) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    for await (const { released } of client.streamScreenText(requests(), { caller }))
      log.push(`received ${released}`);
    expect(log).toEqual(['sent a', 'received a', 'sent b', 'received b', 'sent c', 'received c']);
  });

  it('begins a streaming call when its first response is asked for', async () => {
    let calls = 0;
    const { transport } = await open([
      chatService(async function* () {
        calls += 1;
        yield await Promise.resolve(chatEvent(1));
      }),
    ]);
    const stream = transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller });
    const before = calls;
    await readAll(stream);
    expect([before, calls]).toEqual([0, 1]);
  });

  it('refuses a call without a caller', async () => {
    const { transport } = await open([safetyService()]);
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest);
    await expect(call).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('says UNAVAILABLE when nothing offers the service', async () => {
    const { transport, drain } = await open([safetyService()]);
    await drain(0);
    transport.close();
    const call = transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('calls other services from inside a handler', async () => {
    const inner = await open([safetyService()]);
    const outer = await open([
      chatService(async function* (_request, context) {
        const screened = await inner.transport
          .client(safety.SafetyServiceDefinition)
          .screenText(screenRequest, callFrom(context));
        yield chatEvent(1, screened.texts[0]);
      }),
    ]);
    const [event] = await readAll(
      outer.transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    expect(event?.event).toEqual({ $case: 'text', value: { text: 'hello' } });
  });

  it('binds handlers to the object they belong to', async () => {
    class Screen {
      private readonly policy = 'own';
      screenText() {
        return Promise.resolve({ policy: this.policy });
      }
      async *streamScreenText() {
        yield await Promise.resolve({ policy: this.policy });
      }
    }
    const { transport } = await open([implement(safety.SafetyServiceDefinition, new Screen())]);
    const client = transport.client(safety.SafetyServiceDefinition);
    const unary = await client.screenText(screenRequest, { caller });
    const [streamed] = await readAll(client.streamScreenText(of({}), { caller }));
    expect([unary.policy, streamed?.policy]).toEqual(['own', 'own']);
  });
});

describeOverBoth('raw calls', (open) => {
  const path = (method: string) => `/weft.safety.v1.SafetyService/${method}`;
  const request = safety.ScreenTextRequest.encode(
    safety.ScreenTextRequest.fromPartial({ ...screenRequest, texts: ['grüße', '🧵'] }),
  ).finish();

  it('return the bytes that the typed call decodes', async () => {
    const { transport } = await open([safetyService()]);
    const typed = await transport
      .client(safety.SafetyServiceDefinition)
      .screenText({ ...screenRequest, texts: ['grüße', '🧵'] }, { caller });
    const raw = await transport.raw.unary(path('ScreenText'), request, { caller });
    expect(Buffer.from(raw)).toEqual(Buffer.from(safety.ScreenTextResponse.encode(typed).finish()));
  });

  it('stream the bytes that the typed stream decodes', async () => {
    const stream = chatService(async function* () {
      yield await Promise.resolve(chatEvent(1, 'one'));
      yield chatEvent(2, 'two');
    });
    const { transport } = await open([stream]);
    const typed = await readAll(
      transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    const bytes = orchestrator.StreamChatRequest.encode(
      orchestrator.StreamChatRequest.fromPartial(chatRequest),
    ).finish();
    const raw = await readAll(
      transport.raw.serverStream('/weft.orchestrator.v1.ChatService/StreamChat', bytes, { caller }),
    );
    expect(raw.map((message) => orchestrator.StreamChatResponse.decode(message))).toEqual(typed);
  });

  it('stream both ways', async () => {
    const { transport } = await open([safetyService()]);
    const bytes = safety.StreamScreenTextRequest.encode(
      safety.StreamScreenTextRequest.fromPartial({ text: 'x' }),
    ).finish();
    const raw = await readAll(
      transport.raw.bidiStream(path('StreamScreenText'), of(bytes, bytes), { caller }),
    );
    expect(raw.map((message) => safety.StreamScreenTextResponse.decode(message).released)).toEqual([
      'x',
      'x',
    ]);
  });

  it('say UNIMPLEMENTED for a path that no contract has', async () => {
    const { transport } = await open([safetyService()]);
    const call = transport.raw.unary(path('Nothing'), request, { caller });
    await expect(call).rejects.toMatchObject({ code: 'UNIMPLEMENTED', reason: 'UNKNOWN_METHOD' });
  });

  it('say INVALID_ARGUMENT for bytes that are not the request', async () => {
    const { transport } = await open([safetyService()]);
    const call = transport.raw.unary(path('ScreenText'), Buffer.from([0x1a, 0xff]), { caller });
    await expect(call).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'MALFORMED_MESSAGE' });
  });
});

describeOverBoth('messages', (open) => {
  it('are not shared between caller and handler', async () => {
    let received: retrieval.IngestDocumentsRequest | undefined;
    const documents = partialService(retrieval.DocumentServiceDefinition, {
      ingestDocuments(request: retrieval.IngestDocumentsRequest) {
        received = request;
        return Promise.resolve({});
      },
    });
    const { transport } = await open([documents]);
    const content = Buffer.from('text');
    const tags = ['a'];
    await transport
      .client(retrieval.DocumentServiceDefinition)
      .ingestDocuments(
        { collection: 'docs', documents: [{ uri: 'a', content, metadata: { tags } }] },
        { caller },
      );
    content.fill(0);
    tags.push('changed');
    expect(received?.documents[0]).toMatchObject({ content: Buffer.from('text'), metadata: { tags: ['a'] } });
  });

  it('are not shared between handler and caller', async () => {
    const content = Buffer.from('text');
    const cached = { entry: { payload: content, createTime: new Date(0) } };
    const entries = partialService(cache.CacheServiceDefinition, {
      lookupEntry: () => Promise.resolve(cached),
    });
    const { transport } = await open([entries]);
    const { entry } = await transport
      .client(cache.CacheServiceDefinition)
      .lookupEntry({ key: cacheKey }, { caller });
    entry!.payload.fill(0);
    entry!.createTime!.setFullYear(1999);
    expect(cached.entry).toEqual({ payload: Buffer.from('text'), createTime: new Date(0) });
  });

  it('arrive as the wire keeps them: vectors in single precision, text without half pairs', async () => {
    const embeddings = partialService(embedding.EmbeddingServiceDefinition, {
      createEmbeddings: ({ inputs }: embedding.CreateEmbeddingsRequest) =>
        Promise.resolve({ embeddings: [{ values: [0.1] }], model: inputs[0] }),
    });
    const { transport } = await open([embeddings]);
    const response = await transport
      .client(embedding.EmbeddingServiceDefinition)
      .createEmbeddings({ inputs: ['half \ud83d pair'] }, { caller });
    expect([response.embeddings[0]?.values, response.model]).toEqual([
      [Math.fround(0.1)],
      'half \ufffd pair',
    ]);
  });

  it('arrive with times, maps and large numbers as they were', async () => {
    const time = new Date('2026-02-03T04:05:06.789Z');
    const revisions = { docs: 2 ** 40 };
    const entries = partialService(cache.CacheServiceDefinition, {
      lookupEntry: ({ key }: cache.LookupEntryRequest) =>
        Promise.resolve({
          entry: { createTime: time, payloadType: JSON.stringify(key?.collectionRevisions) },
        }),
    });
    const { transport } = await open([entries]);
    const { entry } = await transport
      .client(cache.CacheServiceDefinition)
      .lookupEntry({ key: { ...cacheKey, collectionRevisions: revisions } }, { caller });
    expect([entry?.createTime, entry?.payloadType]).toEqual([time, JSON.stringify(revisions)]);
  });

  it('of a newer contract are understood as far as this one goes', async () => {
    const { transport } = await open([
      safetyService({
        screenText: ({ texts, direction }) => Promise.resolve({ texts: [...texts, String(direction)] }),
      }),
    ]);
    const known = safety.ScreenTextRequest.encode({
      policy: '',
      direction: 77 as never,
      texts: ['hello'],
    }).finish();
    const unknownField = Buffer.from([0xba, 0x3e, 0x03, 0x6e, 0x65, 0x77]);
    const bytes = await transport.raw.unary(
      '/weft.safety.v1.SafetyService/ScreenText',
      Buffer.concat([known, unknownField]),
      { caller },
    );
    expect(safety.ScreenTextResponse.decode(bytes).texts).toEqual(['hello', '77']);
  });

  it('that are no message of the method fail on the side that made them', async () => {
    const { transport } = await open([safetyService()]);
    const call = transport
      .client(safety.SafetyServiceDefinition)
      .screenText({ ...screenRequest, direction: 0.5 as never }, { caller });
    await expect(call).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('can be encoded again after one that could not be', async () => {
    const { transport } = await open([safetyService()]);
    const client = transport.client(safety.SafetyServiceDefinition);
    await client.screenText({ texts: ['lost'], direction: 0.5 as never }, { caller }).catch(() => undefined);
    const { texts } = await client.screenText(screenRequest, { caller });
    expect(texts).toEqual(['hello']);
  });
});
