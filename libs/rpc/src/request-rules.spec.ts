import { cache, embedding, gateway, llm, orchestrator, prompt, retrieval, safety } from '@weft/contracts';
import * as contracts from '@weft/contracts';
import { type DescMessage } from '@bufbuild/protobuf';
import { type FieldViolation } from '@weft/errors';
import { contractRegistry } from './index';
import { requestCheck } from './request-rules';

function violationsOf(typeName: string, message: object): FieldViolation[] {
  const violations: FieldViolation[] = [];
  requestCheck(typeName)?.(message as Record<string, unknown>, '', violations);
  return violations;
}

const chat = (call: Parameters<typeof orchestrator.ChatRequest.fromPartial>[0]) =>
  violationsOf(
    'weft.orchestrator.v1.ChatRequest',
    orchestrator.ChatRequest.fromPartial({ model: 'm', messages: [{ role: 2, content: 'x' }], ...call }),
  );

describe('request rules', () => {
  it('pass a request that keeps them', () => {
    expect(chat({})).toEqual([]);
  });

  it('require a text not to be empty', () => {
    expect(chat({ model: '' })).toEqual([{ field: 'model', description: 'must be set' }]);
  });

  it('require a list not to be empty', () => {
    expect(chat({ messages: [] })).toEqual([{ field: 'messages', description: 'must be set' }]);
  });

  it('require a message to be there', () => {
    const request = orchestrator.StreamChatRequest.fromPartial({});
    expect(violationsOf('weft.orchestrator.v1.StreamChatRequest', request)).toEqual([
      { field: 'call', description: 'must be set' },
    ]);
  });

  it('require bytes not to be empty', () => {
    const request = cache.StoreEntryRequest.fromPartial({
      key: { assistant: 'a', assistantVersion: 1, model: 'm', policy: 'p', requestDigest: '0'.repeat(64) },
      entry: { payloadType: 't' },
    });
    expect(violationsOf('weft.cache.v1.StoreEntryRequest', request)).toEqual([
      { field: 'entry.payload', description: 'must be set' },
    ]);
  });

  it('require an enum to be said', () => {
    const request = safety.ScreenTextRequest.fromPartial({ texts: ['x'] });
    expect(violationsOf('weft.safety.v1.ScreenTextRequest', request)).toEqual([
      { field: 'direction', description: 'must be set' },
    ]);
  });

  it('leave an enum value of a newer contract to the handler', () => {
    const request = safety.ScreenTextRequest.fromPartial({ texts: ['x'], direction: 99 as never });
    expect(violationsOf('weft.safety.v1.ScreenTextRequest', request)).toEqual([]);
  });

  it.each([
    [63, 0],
    [64, 1],
  ])('limit the length of a text: %i code units make %i violations', (length, count) => {
    const request = retrieval.ListDocumentsRequest.fromPartial({ collection: 'c'.repeat(length) });
    expect(violationsOf('weft.retrieval.v1.ListDocumentsRequest', request)).toHaveLength(count);
  });

  it('name the limit of a text and how long it is', () => {
    const request = retrieval.ListDocumentsRequest.fromPartial({ collection: 'c'.repeat(70) });
    expect(violationsOf('weft.retrieval.v1.ListDocumentsRequest', request)).toEqual([
      { field: 'collection', description: 'must have at most 63 characters, has 70' },
    ]);
  });

  it('limit bytes', () => {
    const request = cache.StoreEntryRequest.fromPartial({
      key: { assistant: 'a', assistantVersion: 1, model: 'm', policy: 'p', requestDigest: '0'.repeat(64) },
      entry: { payloadType: 't', payload: Buffer.alloc(1_048_577) },
    });
    expect(violationsOf('weft.cache.v1.StoreEntryRequest', request)).toEqual([
      { field: 'entry.payload', description: 'must have at most 1048576 bytes, has 1048577' },
    ]);
  });

  it('limit the items of a list', () => {
    const request = embedding.CreateEmbeddingsRequest.fromPartial({ inputs: Array(2049).fill('x') });
    expect(violationsOf('weft.embedding.v1.CreateEmbeddingsRequest', request)).toEqual([
      { field: 'inputs', description: 'must have at most 2048 items, has 2049' },
    ]);
  });

  it('limit the entries of a map', () => {
    const collectionRevisions = Object.fromEntries(
      Array.from({ length: 65 }, (_, index) => [`c${index}`, 1]),
    );
    const key = {
      assistant: 'a',
      assistantVersion: 1,
      model: 'm',
      policy: 'p',
      requestDigest: '0'.repeat(64),
    };
    const request = cache.LookupEntryRequest.fromPartial({ key: { ...key, collectionRevisions } });
    expect(violationsOf('weft.cache.v1.LookupEntryRequest', request)).toEqual([
      { field: 'key.collection_revisions', description: 'must have at most 64 entries, has 65' },
    ]);
  });

  it('limit each item of a list of texts', () => {
    const request = embedding.CreateEmbeddingsRequest.fromPartial({ inputs: ['x', 'x'.repeat(100_001)] });
    expect(violationsOf('weft.embedding.v1.CreateEmbeddingsRequest', request)).toEqual([
      { field: 'inputs[1]', description: 'must have at most 100000 characters, has 100001' },
    ]);
  });

  it('have a smallest number', () => {
    const request = retrieval.ListDocumentsRequest.fromPartial({ collection: 'c', pageSize: -1 });
    expect(violationsOf('weft.retrieval.v1.ListDocumentsRequest', request)).toEqual([
      { field: 'page_size', description: 'must be at least 0, is -1' },
    ]);
  });

  it('have a largest number, in a message within', () => {
    expect(chat({ parameters: { temperature: 2.5 } })).toEqual([
      { field: 'parameters.temperature', description: 'must be at most 2, is 2.5' },
    ]);
  });

  it('refuse what is not a number', () => {
    expect(chat({ parameters: { topP: NaN } })).toEqual([
      { field: 'parameters.top_p', description: 'must be a number' },
    ]);
  });

  it('leave an optional number alone that is not set', () => {
    expect(chat({ parameters: { maxOutputTokens: undefined } })).toEqual([]);
  });

  it('judge an optional number that is set to zero', () => {
    expect(chat({ parameters: { maxOutputTokens: 0 } })).toEqual([
      { field: 'parameters.max_output_tokens', description: 'must be at least 1, is 0' },
    ]);
  });

  it.each(['docs', 'a', '0_-'])('match the whole of a text: %s passes', (name) => {
    const request = orchestrator.CreateAssistantRequest.fromPartial({ name, spec: { model: 'm' } });
    expect(violationsOf('weft.orchestrator.v1.CreateAssistantRequest', request)).toEqual([]);
  });

  it.each(['-docs', 'Docs', 'docs\n', 'docs/../x', 'd'.repeat(64)])(
    'match the whole of a text: %j does not pass',
    (name) => {
      const request = orchestrator.CreateAssistantRequest.fromPartial({ name, spec: { model: 'm' } });
      expect(violationsOf('weft.orchestrator.v1.CreateAssistantRequest', request)).toMatchObject([
        { field: 'name' },
      ]);
    },
  );

  it('match no text that is empty and need not be set', () => {
    const request = gateway.CreateApiKeyRequest.fromPartial({ displayName: 'x', tenantId: '' });
    expect(violationsOf('weft.gateway.v1.CreateApiKeyRequest', request)).toEqual([]);
  });

  it('match each item of a list', () => {
    const request = gateway.CreateApiKeyRequest.fromPartial({
      displayName: 'x',
      scopes: ['chat:write', 'all'],
    });
    expect(violationsOf('weft.gateway.v1.CreateApiKeyRequest', request)).toMatchObject([
      { field: 'scopes[1]' },
    ]);
  });

  it('name fields by their path through lists and messages', () => {
    const request = llm.StreamGenerateRequest.fromPartial({
      call: {
        model: 'm',
        messages: [{ role: 2 }, { role: 3, toolCalls: [{}, { id: 'x'.repeat(257) }] }],
      },
    });
    expect(violationsOf('weft.llm.v1.StreamGenerateRequest', request)).toEqual([
      {
        field: 'call.messages[1].tool_calls[1].id',
        description: 'must have at most 256 characters, has 257',
      },
    ]);
  });

  it('tell every field that is wrong, in one go', () => {
    const request = prompt.CreatePromptRequest.fromPartial({});
    expect(violationsOf('weft.prompt.v1.CreatePromptRequest', request).length).toBeGreaterThan(0);
    const both = orchestrator.CreateAssistantRequest.fromPartial({ name: '!', spec: { model: '' } });
    expect(
      violationsOf('weft.orchestrator.v1.CreateAssistantRequest', both).map(({ field }) => field),
    ).toEqual(['name', 'spec.model']);
  });

  it('tell of no more violations than an error carries', () => {
    expect(chat({ messages: Array.from({ length: 2048 }, () => ({ role: 0 })) })).toHaveLength(16);
  });

  it('have nothing to say of a message without rules', () => {
    expect(requestCheck('weft.gateway.v1.GetQuotaRequest')).toBeUndefined();
  });
});

/** Rules read messages in ts-proto's shape by names that protobuf-es gives: both must call a field the same. */
describe('the fields of every message', () => {
  const messages = [...contractRegistry()].filter(
    (descriptor): descriptor is DescMessage =>
      descriptor.kind === 'message' &&
      descriptor.typeName.startsWith('weft.') &&
      !descriptor.typeName.includes('.options.'),
  );

  it.each(messages.map((message) => [message.typeName, message] as const))(
    'of %s are where rules look',
    (name, message) => {
      const [, domain] = name.split('.') as [string, string];
      const codec = (
        contracts as unknown as Record<string, Record<string, { fromPartial(value: object): object }>>
      )[domain]![message.name]!;
      const names = message.fields.map((field) => field.oneof?.localName ?? field.localName);
      expect(Object.keys(codec.fromPartial({})).sort()).toEqual([...new Set(names)].sort());
    },
  );
});
