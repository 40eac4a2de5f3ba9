import { serviceNames } from '@weft/cluster';
import { type Answer, post } from '../door';
import { createFullAssistant } from './full-assistant';
import { type ObservedWeft, startObservedWeft } from './observed-weft';
import { type ReceivedSpan } from './otlp-spans';

/*
 * Goal: one chat through eleven processes is one trace, from the edge over every hop to the provider, and to what its event leaves behind
 * in the ledger.
 * Method: an assistant that every service has a part in is asked once, with a traceparent of a client; a collector of the test's own
 * receives what every process sends.
 */

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clientSpanId = '00f067aa0ba902b7';

let weft: ObservedWeft;
let spans: ReceivedSpan[];

beforeAll(async () => {
  weft = await startObservedWeft({ adminKey: 'weft_admin_of_the_trace_0123456789', env: {} });
  await askAll(`00-${traceId}-${clientSpanId}-01`);
  spans = await weft.collector.until((received) => {
    const own = received.filter((span) => span.traceId === traceId);
    const isWhole = own.some(isLedgerWrite) && own.some(isEdge) && orphansOf(own).length === 1;
    return isWhole && lostCallsOf(own).length === 0 ? own : undefined;
  });
});
afterAll(() => weft?.stop());

async function askAll(traceparent: string): Promise<void> {
  const { cluster, provider } = weft;
  const conversationId = await createFullAssistant(cluster, {
    document: 'The launch is on Monday.',
    template: 'Be brief.',
    conversationTitle: 'Launch',
  });
  provider.enqueue({ toolCalls: [{ id: 'c1', name: 'calculator', arguments: { expression: '6*7' } }] });
  provider.enqueue({ text: 'On Monday [1].' });
  const asked = { weft: { conversation_id: conversationId } };
  const answer = await chat('assistant:all', 'When is the launch?', traceparent, asked);
  expect(answer.choices[0].message.content).toBe('On Monday [1].');
}

async function chat(
  model: string,
  question: string,
  traceparent: string,
  more: object = {},
): Promise<Answer> {
  const body = { model, messages: [{ role: 'user', content: question }], ...more };
  const { status, body: answer } = await post(weft.cluster, 'v1/chat/completions', body, {
    headers: { traceparent },
  });
  expect([status, answer]).toEqual([200, expect.anything()]);
  return answer;
}

/** Names of spans that are below none of the others. */
function orphansOf(received: ReceivedSpan[]): string[] {
  const ids = new Set(received.map(({ spanId }) => spanId));
  return received.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name);
}

/** Methods that were called in another process, which tells nothing of the call. */
function lostCallsOf(received: ReceivedSpan[]): string[] {
  const answered = new Set(received.map(({ parentSpanId }) => parentSpanId));
  const calls = received.filter(({ kind, attributes }) => kind === 'client' && 'rpc.method' in attributes);
  return calls.filter(({ spanId }) => !answered.has(spanId)).map(({ name }) => name);
}

const isEdge = ({ name }: ReceivedSpan) => name === 'POST /v1/chat/completions';
const isLedgerWrite = ({ name }: ReceivedSpan) => name === 'write ledger';
const named = (name: string, service: string) =>
  spans.filter((span) => span.name === name && span.service === service);

it("continues the client's trace at the edge", () => {
  const { service, parentSpanId, attributes } = spans.find(isEdge)!;
  expect([service, parentSpanId, attributes]).toEqual([
    'gateway',
    clientSpanId,
    {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'http.route': '/v1/chat/completions',
      'url.scheme': 'http',
    },
  ]);
});

it('has a part in every one of the eleven processes', () => {
  expect([...new Set(spans.map(({ service }) => service))].sort()).toEqual([...serviceNames].sort());
});

it.each([
  ['weft.orchestrator.v1.ChatService/Chat', 'gateway', 'orchestrator', 1],
  ['weft.safety.v1.SafetyService/ScreenText', 'orchestrator', 'safety', 3],
  ['weft.prompt.v1.PromptService/RenderPrompt', 'orchestrator', 'prompt', 1],
  ['weft.cache.v1.CacheService/LookupEntry', 'orchestrator', 'cache', 1],
  ['weft.memory.v1.ConversationService/GetWindow', 'orchestrator', 'memory', 1],
  ['weft.retrieval.v1.SearchService/SearchDocuments', 'orchestrator', 'retrieval', 1],
  ['weft.embedding.v1.EmbeddingService/CreateEmbeddings', 'retrieval', 'embedding', 1],
  ['weft.llm.v1.LlmService/Generate', 'orchestrator', 'llm', 2],
  ['weft.tool.v1.ToolService/InvokeTool', 'orchestrator', 'tool', 1],
  ['weft.memory.v1.ConversationService/AppendMessages', 'orchestrator', 'memory', 1],
])('has each hop %s as a call from %s and one in %s below it', (method, from, to, times) => {
  const callIds = named(method, from).map(({ spanId }) => spanId);
  const parentIds = named(method, to).map(({ parentSpanId }) => parentSpanId);
  expect([callIds.length, parentIds.sort()]).toEqual([times, callIds.sort()]);
});

it("has the provider's calls below the llm service, with what the conventions for generative AI ask for", () => {
  const calls = named('chat fake-model', 'llm');
  const hopIds = named('weft.llm.v1.LlmService/Generate', 'llm').map(({ spanId }) => spanId);
  expect(calls.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(hopIds.sort());
  const common = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'fake-model',
    'gen_ai.response.model': 'fake-model',
    'gen_ai.usage.input_tokens': expect.any(Number),
    'gen_ai.usage.output_tokens': expect.any(Number),
  };
  expect(calls.map(({ attributes }) => attributes)).toEqual([
    { ...common, 'gen_ai.response.finish_reasons': ['tool_calls'] },
    { ...common, 'gen_ai.response.finish_reasons': ['stop'] },
  ]);
});

it('has the call to the embedding model below the embedding service', () => {
  const [call] = named('embeddings builtin-use-lite', 'embedding');
  const [hop] = named('weft.embedding.v1.EmbeddingService/CreateEmbeddings', 'embedding');
  expect([call?.parentSpanId, call?.attributes['gen_ai.operation.name']]).toEqual([
    hop!.spanId,
    'embeddings',
  ]);
});

it('has the write into the ledger that the event of the run has caused: a row for each call of the model', () => {
  const [write] = named('write ledger', 'logging');
  const [event] = named('process weft.orchestrator.run_finished.v1', 'logging');
  const [run] = named('weft.orchestrator.v1.ChatService/Chat', 'orchestrator');
  expect([write?.parentSpanId, write?.attributes['weft.ledger.rows'], event?.parentSpanId]).toEqual([
    event!.spanId,
    2,
    run!.spanId,
  ]);
});

it('is whole: every span is below another of the trace, but for the first, which is below the client', () => {
  expect(orphansOf(spans)).toEqual(['POST /v1/chat/completions']);
});

it('records no trace that the client does not record', async () => {
  const unrecorded = '5bf92f3577b34da6a3ce929d0e0e4736';
  const recorded = '6bf92f3577b34da6a3ce929d0e0e4736';
  await chat('fake-model', 'Hi', `00-${unrecorded}-${clientSpanId}-00`);
  await chat('fake-model', 'Hi', `00-${recorded}-${clientSpanId}-01`);
  await weft.collector.until((received) =>
    received.find((span) => span.traceId === recorded && isLedgerWrite(span)),
  );
  expect(weft.collector.spans.filter((span) => span.traceId === unrecorded)).toEqual([]);
});
