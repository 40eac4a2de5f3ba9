import { type ServiceName, serviceNames } from '@weft/cluster';
import { type Door, post } from '../door';
import { type ComposedWeft, startComposedWeft } from './composed-weft';
import { chat, streamChat } from './chat-client';

/*
 * Goal: every service can be replaced under load, replica by replica, and nobody notices.
 * Method: two replicas of each; calls to every service and streams go on while each replica gets SIGTERM and is started again. Who balances
 * over the gateways sends nothing new to the one that stops, as a load balancer does that looks at readiness; and a replica that is ready
 * gets time to be found before the next one stops, as `minReadySeconds` of a Deployment gives it.
 */

/** A client tries an address again after 2.4 s at most that it could not reach; connecting takes a moment too. */
const minReadyMs = 4000;

let weft: ComposedWeft;

beforeAll(async () => {
  const replicas = Object.fromEntries(serviceNames.map((name) => [name, 2]));
  weft = await startComposedWeft({ replicas });
});
afterAll(() => weft?.stop());

/** A list of each service that has one. */
const lists = [
  'weft.gateway.v1.ApiKeyService/ListApiKeys',
  'weft.orchestrator.v1.AssistantService/ListAssistants',
  'weft.orchestrator.v1.RunService/ListRuns',
  'weft.prompt.v1.PromptService/ListPrompts',
  'weft.llm.v1.ModelService/ListModels',
  'weft.retrieval.v1.CollectionService/ListCollections',
  'weft.memory.v1.ConversationService/ListConversations',
  'weft.tool.v1.ToolService/ListTools',
  'weft.safety.v1.PolicyService/ListPolicies',
  'weft.logging.v1.UsageService/ListUsageRecords',
];

interface Load {
  failures: string[];
  calls: number;
  streams: number;
  stop(): Promise<void>;
}

function startLoad(doorOf: () => Door): Load {
  const load = { failures: [] as string[], calls: 0, streams: 0 };
  let stopping = false;
  const loop = async (turn: () => Promise<void>) => {
    while (!stopping) {
      await turn().catch((error: unknown) => load.failures.push(String(error)));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const call = async (what: string, answer: Promise<{ status: number; body: unknown }>) => {
    const { status, body } = await answer;
    load.calls += 1;
    if (status !== 200) load.failures.push(`${what}: ${status} ${JSON.stringify(body)}`);
  };
  const callAll = async () => {
    for (const list of lists) await call(list, post(doorOf(), list, {}));
    await call('chat', chat(doorOf()));
  };
  const stream = async () => {
    const body = await (await streamChat(doorOf())).ended;
    load.streams += 1;
    if (!body.trimEnd().endsWith('data: [DONE]')) load.failures.push(`a stream was cut: ${body.slice(-300)}`);
  };
  const loops = [loop(callAll), loop(callAll), loop(stream), loop(stream), loop(stream)];
  return Object.assign(load, {
    async stop() {
      stopping = true;
      await Promise.all(loops);
    },
  });
}

it('fails no call and cuts no stream while every replica of every service is replaced', async () => {
  // About a second each: much shorter than the drain of ten.
  weft.provider.setDefault({ text: Array.from({ length: 20 }, () => 'word '), delayBetweenTokensMs: 50 });
  const { cluster } = weft;
  let door = doorOf(0);
  const load = startLoad(() => door);
  const codes: [string, number | null][] = [];
  for (const name of serviceNames) {
    for (const number of [0, 1]) {
      if (name === 'gateway') door = doorOf(1 - number);
      const replica = cluster.replica(name as ServiceName, number);
      codes.push([replica.name, await replica.end('SIGTERM')]);
      replica.start();
      await replica.ready();
      await new Promise((resolve) => setTimeout(resolve, minReadyMs));
    }
  }
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(codes.filter(([, code]) => code !== 0)).toEqual([]);
  expect([load.calls > serviceNames.length, load.streams > serviceNames.length]).toEqual([true, true]);

  function doorOf(number: number): Door {
    const { httpPort } = cluster.replica('gateway', number).place.doors!;
    return { httpUrl: `http://127.0.0.1:${httpPort}`, adminKey: cluster.adminKey };
  }
});
