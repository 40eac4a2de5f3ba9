import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import { common } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { setTraceSource } from '@weft/runtime';
import { type GenerationEvent, type LanguageModelProvider } from './language-model-provider';
import { ObservedProvider } from './observed-provider';
import { openBounds } from './requests.fixture';

const request = { model: 'm', messages: [], tools: [], passages: [], parameters: undefined } as never;
const usage = common.Usage.fromPartial({ inputTokens: 3, outputTokens: 5 });

let attributes: Record<string, unknown>;
let ends: number;

beforeEach(() => {
  attributes = {};
  ends = 0;
  setTraceSource({
    followsParent: true,
    startSpan(name, options) {
      Object.assign(attributes, options.attributes, { name });
      const spanContext: SpanContext = {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        spanId: 'aaaaaaaaaaaaaaaa',
        traceFlags: TraceFlags.SAMPLED,
      };
      return {
        isRecording: () => true,
        spanContext: () => spanContext,
        setAttributes: (more: object) => Object.assign(attributes, more),
        setAttribute: (key: string, value: unknown) => (attributes[key] = value),
        setStatus: () => undefined,
        end: () => (ends += 1),
      };
    },
  });
});
afterEach(() => setTraceSource(undefined));

async function* streamed(): AsyncGenerator<GenerationEvent> {
  yield { kind: 'started', providerModel: 'm-2026' };
  yield { kind: 'text', text: 'canary' };
  yield { kind: 'completed', finishReason: common.FinishReason.LENGTH, usage };
}

const providerOf = (change: Partial<LanguageModelProvider>) =>
  new ObservedProvider({
    name: 'openai',
    streamGenerate: () => Promise.resolve(streamed()),
    ...change,
  } as LanguageModelProvider);

it('tells of a streamed answer by the conventions for generative AI, and nothing of what it says', async () => {
  for await (const _event of await providerOf({}).streamGenerate(request, openBounds())) void _event;
  expect([attributes, ends]).toEqual([
    {
      name: 'chat m',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-2026',
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 5,
    },
    1,
  ]);
});

it('passes the events on as they are', async () => {
  const passed = [];
  for await (const event of await providerOf({}).streamGenerate(request, openBounds()))
    passed.push(event.kind);
  expect(passed).toEqual(['started', 'text', 'completed']);
});

it('tells that a reader went away before the end', async () => {
  for await (const _event of await providerOf({}).streamGenerate(request, openBounds())) break;
  expect([attributes['error.type'], ends]).toEqual(['CALLER_GONE', 1]);
});

it('tells the reason of a failure, and none of its text', async () => {
  const generate = () => Promise.reject(unavailable('PROVIDER_UNREACHABLE', 'canary'));
  await expect(providerOf({ generate }).generate(request, openBounds())).rejects.toThrow('canary');
  expect([attributes['error.type'], JSON.stringify(attributes).includes('canary')]).toEqual([
    'PROVIDER_UNREACHABLE',
    false,
  ]);
});
