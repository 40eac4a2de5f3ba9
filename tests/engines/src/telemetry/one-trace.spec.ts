import { type Door, post } from '../door';
import { type ObservedWeft, startObservedWeft } from './observed-weft';
import { type ReceivedSpan } from './otlp-spans';

/*
 * Goal: one chat through eleven processes is one trace, from the edge to the provider and to the ledger, and no signal tells what was said
 * or any secret.
 * Method: a collector of the test's own receives what every process sends; sentences and keys that occur nowhere else are looked for in all
 * of it, and in all logs.
 */

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const question = 'canary-question-zebra-quartz';
const answer = 'canary-answer-walrus-opal';
const document = 'canary-document-heron-topaz';
const providerKey = 'canary-provider-key-0123456789';
const adminKey = 'weft_admin_canary_key_0123456789';
const wrongKey = 'weft_wrong_canary_key_0123456789';

let weft: ObservedWeft;
let spans: ReceivedSpan[];

beforeAll(async () => {
  weft = await startObservedWeft({
    adminKey,
    env: { OPENAI_API_KEY: providerKey, WEFT_LOG_LEVEL: 'debug' },
  });
  weft.provider.setDefault({ text: [answer] });
  await sendCanaries(weft.cluster);
  spans = await weft.collector.until((received) => {
    const own = received.filter((span) => span.traceId === traceId);
    const whole = own.some(({ name }) => name === 'write ledger') && own.some(isEdge);
    return whole && orphansOf(own).length === 1 ? own : undefined;
  });
});
afterAll(() => weft?.stop());

async function sendCanaries(door: Door): Promise<void> {
  await post(door, 'weft.retrieval.v1.CollectionService/CreateCollection', { name: 'canaries' });
  const content = Buffer.from(document).toString('base64');
  const ingested = await post(door, 'weft.retrieval.v1.DocumentService/IngestDocuments', {
    collection: 'canaries',
    documents: [{ uri: 'canary.txt', content, mediaType: 'text/plain', title: document }],
  });
  expect(ingested.body.results).toMatchObject([{ outcome: 'INGEST_OUTCOME_CREATED' }]);
  // Refused: what is said of it must repeat neither what was sent nor the key.
  await chat({ ...door, adminKey: wrongKey }, { role: 'user', content: question });
  await chat(door, { role: question, content: question });
  const { body } = await chat(door, { role: 'user', content: question }, { traceparent });
  expect(body.choices[0].message.content).toBe(answer);
}

function chat(door: Door, message: object, headers: Record<string, string> = {}) {
  return post(door, 'v1/chat/completions', { model: 'fake-model', messages: [message] }, { headers });
}

function orphansOf(received: ReceivedSpan[]): string[] {
  const ids = new Set(received.map(({ spanId }) => spanId));
  return received.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map(({ name }) => name);
}

const isEdge = ({ name }: ReceivedSpan) => name === 'POST /v1/chat/completions';

function named(name: string, service: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name && span.service === service);
  if (found === undefined) throw new Error(`${service} sent no span '${name}': ${JSON.stringify(spans)}`);
  return found;
}

it("continues the client's trace at the edge", () => {
  const { service, parentSpanId, attributes } = spans.find(isEdge)!;
  expect([service, parentSpanId, attributes['http.response.status_code']]).toEqual([
    'gateway',
    '00f067aa0ba902b7',
    200,
  ]);
});

it.each([
  ['weft.orchestrator.v1.ChatService/Chat', 'gateway', 'orchestrator'],
  ['weft.safety.v1.SafetyService/ScreenText', 'orchestrator', 'safety'],
  ['weft.llm.v1.LlmService/Generate', 'orchestrator', 'llm'],
])('has the hop %s as a call from %s and one in %s below it', (method, from, to) => {
  expect(named(method, to).parentSpanId).toBe(named(method, from).spanId);
});

it("has the provider's call below the llm service, with what the conventions for generative AI ask for", () => {
  const call = named('chat fake-model', 'llm');
  expect([call.parentSpanId, call.attributes]).toEqual([
    named('weft.llm.v1.LlmService/Generate', 'llm').spanId,
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'fake-model',
      'gen_ai.response.model': 'fake-model',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
    },
  ]);
});

it('has the write into the ledger that the event of the run has caused', () => {
  const write = named('write ledger', 'logging');
  const event = named('process weft.orchestrator.run_finished.v1', 'logging');
  expect([write.parentSpanId, write.attributes['weft.ledger.rows'], event.parentSpanId]).toEqual([
    event.spanId,
    1,
    named('weft.orchestrator.v1.ChatService/Chat', 'orchestrator').spanId,
  ]);
});

it('is whole: every span is below another of the trace, but for the first, which is below the client', () => {
  expect(orphansOf(spans)).toEqual(['POST /v1/chat/completions']);
});

it('records no trace that the client does not record', async () => {
  const unrecorded = '5bf92f3577b34da6a3ce929d0e0e4736';
  const recorded = '6bf92f3577b34da6a3ce929d0e0e4736';
  const said = { role: 'user', content: 'Hi' };
  await chat(weft.cluster, said, { traceparent: `00-${unrecorded}-00f067aa0ba902b7-00` });
  await chat(weft.cluster, said, { traceparent: `00-${recorded}-00f067aa0ba902b7-01` });
  await weft.collector.until((received) =>
    received.find((span) => span.traceId === recorded && span.name === 'write ledger'),
  );
  expect(weft.collector.spans.filter((span) => span.traceId === unrecorded)).toEqual([]);
});

it('tells nothing of what was said and no secret, in any signal of any process and in any log', async () => {
  const codes = await weft.cluster.stop();
  const logs = weft.cluster.replicas.map((replica) => replica.log());
  const { signals } = weft.collector;
  const sources = [...signals.map(({ body }) => body.toString('latin1')), ...logs];
  const canaries = [question, answer, document, providerKey, adminKey, wrongKey];
  expect({
    leaks: canaries.filter((canary) => sources.some((source) => source.includes(canary))),
    kinds: [...new Set(signals.map(({ kind }) => kind))].sort(),
    codes: new Set(Object.values(codes)),
    silent: logs.filter((log) => log === ''),
  }).toEqual({ leaks: [], kinds: ['logs', 'metrics', 'traces'], codes: new Set([0]), silent: [] });
});
