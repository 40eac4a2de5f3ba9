import { gateway, retrieval } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { contractRegistry } from '@weft/rpc';
import { bytesToJson, jsonToBytes } from './json-codec';

const message = (name: string) => contractRegistry().getMessage(name)!;
const createKey = message('weft.gateway.v1.CreateApiKeyRequest');
const ingest = message('weft.retrieval.v1.IngestDocumentsRequest');
const stream = message('weft.orchestrator.v1.StreamChatRequest');

function violationsOf(type: ReturnType<typeof message>, json: Record<string, unknown>) {
  try {
    jsonToBytes(type, json);
  } catch (error) {
    return (error as WeftError).violations;
  }
  throw new Error('was accepted');
}

describe('JSON of contracts', () => {
  test.each(['displayName', 'display_name'])('reads a field by the name %s', (name) => {
    const bytes = jsonToBytes(createKey, { [name]: 'x' });
    expect(gateway.CreateApiKeyRequest.decode(bytes).displayName).toBe('x');
  });

  test('reads bytes as base64 and structs as objects', () => {
    const documents = [
      { uri: 'a', content: Buffer.from('Hello').toString('base64'), metadata: { year: 2024, tags: ['x'] } },
    ];
    const { documents: read } = retrieval.IngestDocumentsRequest.decode(
      jsonToBytes(ingest, { collection: 'c', documents }),
    );
    expect(read[0]).toMatchObject({ content: Buffer.from('Hello'), metadata: { year: 2024, tags: ['x'] } });
  });

  test('writes names in camel case, times as RFC 3339 and leaves defaults out', () => {
    const apiKey = { id: 'k', createTime: new Date(0), requestsPerMinute: 0, scopes: ['*'] };
    const bytes = gateway.GetApiKeyResponse.encode(
      gateway.GetApiKeyResponse.fromPartial({ apiKey }),
    ).finish();
    expect(JSON.parse(bytesToJson(message('weft.gateway.v1.GetApiKeyResponse'), bytes))).toEqual({
      apiKey: { id: 'k', createTime: '1970-01-01T00:00:00Z', scopes: ['*'] },
    });
  });

  test.each([
    [createKey, { nonsense: 1 }, 'nonsense'],
    [createKey, { DisplayName: 'x' }, 'DisplayName'],
    [createKey, { displayName: 5 }, 'display_name'],
    [createKey, { scopes: 'all' }, 'scopes'],
    [createKey, { requestsPerMinute: 1.5 }, 'requests_per_minute'],
    [createKey, { requestsPerMinute: 2 ** 40 }, 'requests_per_minute'],
    [createKey, { expireTime: 'tomorrow' }, 'expire_time'],
    [ingest, { documents: [{ uri: 'a' }, { uri: 'b', nonsense: 1 }] }, 'documents[1].nonsense'],
    [ingest, { documents: [{ content: '***' }] }, 'documents[0].content'],
    [ingest, { documents: ['a'] }, 'documents'],
    [stream, { call: { messages: [{ role: 'ROLE_WIZARD' }] } }, 'call.messages[0].role'],
    [stream, { call: { parameters: { temperature: 'hot' } } }, 'call.parameters.temperature'],
  ])('names the wrong field of %s %j', (type, json, field) => {
    expect(violationsOf(type, json)[0]?.field).toBe(field);
  });

  test.each([
    [stream, { call: { parameters: { temperature: 'canary' } } }],
    [stream, { call: { messages: [{ role: 'canary' }] } }],
    [stream, { call: { messages: 'canary' } }],
    [stream, { call: { messages: ['canary'] } }],
    [stream, { call: { messages: [{ content: { canary: 'canary' } }] } }],
    [stream, { call: 'canary' }],
    [createKey, { expireTime: 'canary' }],
    [createKey, { scopes: ['canary', { canary: 1 }] }],
    [ingest, { documents: [{ content: 'canary!' }] }],
  ])('repeats nothing of what was sent: %s %j', (type, json) => {
    const descriptions = violationsOf(type, json).map(({ description }) => description);
    expect(descriptions).toEqual([expect.stringMatching(/^(?!.*canary)./s)]);
  });

  test('refuses a field that is given by both of its names', () => {
    expect(violationsOf(createKey, { displayName: 'a', display_name: 'b' })[0]?.description).toContain(
      'multiple times',
    );
  });

  test('names every unknown field', () => {
    expect(violationsOf(createKey, { a: 1, b: 2 }).map(({ field }) => field)).toEqual(['a', 'b']);
  });
});
