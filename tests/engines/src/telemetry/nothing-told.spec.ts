import { type DoorAnswer, post, send } from '../door';
import { answerTo, failingRequests, fragment, grpcAnswerTo } from './failing-requests';
import { callDoor, createFullAssistant } from './full-assistant';
import { type ObservedWeft, startObservedWeft } from './observed-weft';

/*
 * Goal: no span, metric, log line or error tells what was said, or any secret, also where requests fail.
 * Method: sentences and keys that occur nowhere else go in by every way there is, and come from the provider as well, in answers and in
 * what it says of its failures. Then they are looked for in all that a collector of the test's own received, in all that the processes
 * logged at the level debug, in what clients were told of failures and in what runs keep of them.
 */

const canaries = {
  question: 'canary-question-zebra-quartz',
  answer: 'canary-answer-walrus-opal',
  document: 'canary-document-heron-topaz',
  template: 'canary-template-otter-jade',
  title: 'canary-title-badger-onyx',
  argument: 'canary-argument-lynx-beryl',
  failing: 'canary-failing-newt-garnet',
  providerKey: 'canary-provider-key-0123456789',
  adminKey: 'weft_admin_canary_key_0123456789',
  wrongKey: 'weft_wrong_canary_key_0123456789',
  blocked: 'ghp_canary0Blocked1Secret2Of3The4Test5',
  fragment,
};
/** As they are, and as the HTTP door takes documents. */
const forms = Object.values(canaries).flatMap((text) => [text, Buffer.from(text).toString('base64')]);
const found = (text: string) => forms.filter((form) => text.includes(form));

const failing = failingRequests({
  sentence: canaries.failing,
  secret: canaries.blocked,
  wrongKey: canaries.wrongKey,
  providerKey: canaries.providerKey,
});

let weft: ObservedWeft;

beforeAll(async () => {
  const { adminKey, providerKey } = canaries;
  weft = await startObservedWeft({ adminKey, env: { OPENAI_API_KEY: providerKey, WEFT_LOG_LEVEL: 'debug' } });
  await callDoor(weft.cluster, 'weft.safety.v1.PolicyService/UpdatePolicy', {
    name: 'default',
    spec: { inputRules: [{ kind: 'ENTITY_KIND_SECRET', action: 'ACTION_BLOCK' }] },
  });
});
afterAll(() => weft?.stop());

function ask(model: string, more: object = {}): Promise<DoorAnswer> {
  const messages = [{ role: 'user', content: `${canaries.question} When is the launch?` }];
  return post(weft.cluster, 'v1/chat/completions', { model, messages, ...more });
}

it('answers, with all that is looked for', async () => {
  const { cluster, provider } = weft;
  const { document, template, title, argument, answer, question } = canaries;
  const conversationId = await createFullAssistant(cluster, {
    document: `${document}. The launch is on Monday.`,
    template,
    conversationTitle: title,
  });
  provider.setDefault({ text: [answer] });
  provider.enqueue({ toolCalls: [{ id: 'c1', name: 'calculator', arguments: { expression: argument } }] });
  const { body } = await ask('assistant:all', { weft: { conversation_id: conversationId } });
  const streamed = await send(cluster, 'v1/chat/completions', {
    model: 'fake-model',
    stream: true,
    messages: [{ role: 'user', content: question }],
  });
  const sent = JSON.stringify(provider.requests.map((request) => request.body));
  expect({
    whole: body.choices[0].message.content,
    streamed: (await streamed.text()).includes(answer),
    reachedTheProvider: [question, document, template, argument].filter((text) => sent.includes(text)),
  }).toEqual({
    whole: answer,
    streamed: true,
    reachedTheProvider: [question, document, template, argument],
  });
});

it.each(failing.map((request) => [request.what, request] as const))(
  'tells a client nothing of it that meets %s',
  async (_what, request) => {
    weft.provider.setDefault(request.script ?? { text: 'fine' });
    const told = await answerTo(weft.cluster, request);
    // A stream has begun with 200 before it fails.
    const failed = /^[45]\d\d\n/.test(told) || told.includes('"error"');
    const leaks = request.mayBeNamed ? [] : found(told);
    expect({ failed, leaks, told: failed || told }).toEqual({ failed: true, leaks: [], told: true });
    const runId = /^x-weft-run-id: (.+)$/m.exec(told)?.[1];
    if (runId === undefined) return;
    const run = await post(weft.cluster, 'weft.orchestrator.v1.RunService/GetRun', { id: runId });
    expect(found(JSON.stringify(run.body))).toEqual([]);
  },
);

it.each([
  ['a key that there is not', canaries.wrongKey],
  ['a field that is out of bounds', canaries.adminKey],
])('tells a gRPC client nothing of it that meets %s', async (_what, key) => {
  expect(found(await grpcAnswerTo(weft.cluster.grpcAddress, key, canaries.failing))).toEqual([]);
});

it('tells nothing in any signal of any process and in any log', async () => {
  const codes = await weft.cluster.stop();
  const logs = weft.cluster.replicas.map((replica) => replica.log());
  const { signals } = weft.collector;
  const sources = [...signals.map(({ body }) => body.toString('latin1')), ...logs];
  expect({
    leaks: [...new Set(sources.flatMap(found))],
    kinds: [...new Set(signals.map(({ kind }) => kind))].sort(),
    codes: new Set(Object.values(codes)),
    silent: logs.filter((log) => log === ''),
    // What fails is told: by its reason.
    told: ['"level":"warn"', '"level":"debug"', '"code"'].filter((text) => logs.join('').includes(text)),
  }).toEqual({
    leaks: [],
    kinds: ['logs', 'metrics', 'traces'],
    codes: new Set([0]),
    silent: [],
    told: ['"level":"warn"', '"level":"debug"', '"code"'],
  });
});
