import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { call, createCollection } from '../door';
import { adminKey, startWeft, type WeftProcess } from '../weft-process';

/*
 * Goal: an answer does not depend on how services reach each other.
 * Method: the same requests, in the same order, to a weft whose services call each other in-process and to one whose services
 * call each other over gRPC; the bodies are compared to the byte when ids, times and durations are taken out.
 */

let provider: FakeProvider;
let wefts: Record<'in-process' | 'grpc', WeftProcess>;

beforeAll(async () => {
  provider = await startFakeProvider();
  const [inProcess, grpc] = await Promise.all(
    ['in-process', 'grpc'].map((transport) =>
      startWeft({ WEFT_TRANSPORT: transport, OPENAI_BASE_URL: provider.baseUrl }),
    ),
  );
  wefts = { 'in-process': inProcess!, grpc: grpc! };
  for (const weft of Object.values(wefts)) {
    await createCollection(weft, 'notes', {
      'a.md': '# Launch\n\nThe launch is on Monday.',
      'b.txt': 'The budget is small.',
    });
    await call(weft, 'weft.orchestrator.v1.AssistantService/CreateAssistant', {
      name: 'notes',
      spec: { model: 'builtin-extractive', retrieval: { collections: ['notes'] } },
    });
  }
});

afterAll(async () => {
  await Promise.all(Object.values(wefts ?? {}).map((weft) => weft.stop()));
  await provider?.close();
});

/** Takes out what differs between any two requests: ids, times, durations. */
function comparable(body: string): string {
  return body
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replace(/"created":\d+/g, '"created":0')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"\d+(\.\d+)?s"/g, '"<duration>"');
}

async function bodyOf(weft: WeftProcess, path: string, request: unknown): Promise<string> {
  const response = await fetch(`${weft.httpUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  return `${response.status} ${response.headers.get('content-type')}\n${comparable(await response.text())}`;
}

/** The text of a stream and how it ended: how deltas are cut is a matter of time, not of the answer. */
function streamed(body: string): string {
  const events = body
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
  const text = events.map(({ choices }) => choices?.[0]?.delta?.content ?? '').join('');
  const rest = events.filter(({ choices, error, usage }) => error ?? usage ?? choices?.[0]?.finish_reason);
  return JSON.stringify({ text, rest, done: body.includes('data: [DONE]') });
}

const ask = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'When is the launch?' }],
  ...more,
});

describe('the same request', () => {
  it.each([
    ['a whole answer of an assistant', '/v1/chat/completions', ask('assistant:notes')],
    ['a whole answer of a model', '/v1/chat/completions', ask('fake-model')],
    ['embeddings', '/v1/embeddings', { model: 'builtin-use-lite', input: ['launch', 'budget'] }],
    [
      'a search',
      '/weft.retrieval.v1.SearchService/SearchDocuments',
      { collections: ['notes'], query: 'launch', filter: {} },
    ],
    ['a list', '/weft.retrieval.v1.DocumentService/ListDocuments', { collection: 'notes' }],
    [
      'a tool',
      '/weft.tool.v1.ToolService/InvokeTool',
      { name: 'calculator', argumentsJson: '{"expression":"2+2"}' },
    ],
    [
      'a screening',
      '/weft.safety.v1.SafetyService/ScreenText',
      { direction: 'DIRECTION_OUTPUT', texts: ['card 4111 1111 1111 1111'] },
    ],
    ['an unknown model', '/v1/chat/completions', ask('nothing')],
    [
      'an unknown collection',
      '/weft.retrieval.v1.SearchService/SearchDocuments',
      { collections: ['none'], query: 'x' },
    ],
    [
      'a field over its limit',
      '/weft.retrieval.v1.SearchService/SearchDocuments',
      { collections: ['notes'], query: 'x', topK: 999 },
    ],
  ])('%s has the same body over both transports', async (_, path, request) => {
    expect(await bodyOf(wefts.grpc, path, request)).toBe(await bodyOf(wefts['in-process'], path, request));
  });

  it.each([
    ['a streamed answer of an assistant', ask('assistant:notes', { stream: true }), undefined],
    [
      'a streamed answer of a model',
      ask('fake-model', { stream: true, stream_options: { include_usage: true } }),
      undefined,
    ],
    [
      'a stream that breaks',
      ask('fake-model', { stream: true }),
      { text: ['a ', 'b ', 'c '], cut: { at: 2, how: 'reset' as const } },
    ],
  ])('%s has the same text and end over both transports', async (_, request, script) => {
    const answers: string[] = [];
    for (const weft of [wefts.grpc, wefts['in-process']]) {
      if (script !== undefined) provider.enqueue(script);
      answers.push(streamed(await bodyOf(weft, '/v1/chat/completions', request)));
    }
    expect(answers[0]).toBe(answers[1]);
  });
});
