import { once } from 'node:events';
import { common, orchestrator } from '@weft/contracts';
import fc from 'fast-check';
import { bindCaller } from '@weft/testing';
import { createFakePeers, renewFakePeers, type ScriptedTurn } from './testing/fake-peers';
import { openReplicas, type Replicas } from './testing/replicas.fixture';
import { until } from './testing/until';

// Goal: whatever moment a process dies at, each run that was begun ends once, and its calls are those that the model counted.
// Method: a process counts what goes out to the database and its peers and what comes back, and dies at a random one of these steps;
// another process on the same database finds what it left.
const env = { WEFT_ORCHESTRATOR_RUN_LEASE_MS: '200', WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '1000' };
const caller = { tenantId: 'acme' };

/**
 * A call was announced, and the process died before it could make it: the one window in which a call can be billed that was not made. On a
 * busy machine a lease is renewed in it, which begins before the database.
 */
const betweenAnnouncementAndCall = ['database:after', 'llm:before', 'database:before'];

interface Scenario {
  mode: 'whole' | 'stream';
  turns: ScriptedTurn[];
  dieAtStep: number;
}

const toolCalls = [{ id: 'c', name: 'calculator', argumentsJson: '{}' }];
const lastTurn = fc.constantFrom<ScriptedTurn>(
  { texts: ['one ', 'two ', 'three'], end: 'completed' },
  { texts: ['one ', 'two '], end: 'failed' },
  { texts: ['one '], end: 'cut' },
  { end: 'refuse', refusal: { provider_calls: '1', provider_refusals: '1', provider: 'fake' } },
  { end: 'stall' },
);
const scenarios: fc.Arbitrary<Scenario> = fc.record({
  mode: fc.constantFrom('whole', 'stream'),
  turns: fc
    .tuple(fc.array(fc.constant<ScriptedTurn>({ toolCalls, end: 'completed' }), { maxLength: 2 }), lastTurn)
    .map(([first, last]) => [...first, last]),
  dieAtStep: fc.integer({ min: 1, max: 40 }),
});

const fake = createFakePeers();
let replicas: Replicas;

beforeAll(async () => {
  replicas = await openReplicas(fake.services, env);
  const survivor = await replicas.start();
  const assistants = bindCaller(survivor.transport, orchestrator.AssistantServiceDefinition, caller);
  await assistants.createAssistant({ name: 'tooled', spec: { model: 'fake-model', tools: ['calculator'] } });
});

afterAll(() => replicas.stop());

/** Runs one chat in a process of its own, which dies on the way or ends it first. Answers with what was counted until then. */
async function runAndDie({ mode, turns, dieAtStep }: Scenario) {
  renewFakePeers(fake);
  fake.turns = [...turns];
  const dying = await replicas.start();
  const before = new Set((await openAndEnded()).map(({ id }) => id));
  dying.faults.steps = 0;
  dying.faults.dieAtStep = dieAtStep;
  const chat = bindCaller(dying.transport, orchestrator.ChatServiceDefinition, caller);
  const call = { model: 'assistant:tooled', messages: [{ role: common.Role.USER, content: 'Hi' }] };
  const answered = (async () => {
    if (mode === 'whole') await chat.chat(call);
    else for await (const _ of chat.streamChat({ call }));
  })().catch(() => undefined);
  await Promise.race([answered, once(dying.faults.died, 'abort'), fake.stall.promise]);
  const { diedAt } = dying.faults;
  dying.kill();
  const runs = (await openAndEnded()).filter(({ id }) => !before.has(id));
  return { diedAt, runs, counted: fake.modelRequests.length };
}

function openAndEnded(): Promise<{ id: string }[]> {
  return replicas.database.query<{ id: string }>('acme', 'select id from runs');
}

describe('a process that dies at any moment', () => {
  it('leaves each run ended once, with exactly the calls that the model counted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scenarios, { minLength: 10, maxLength: 10 }), async (batch) => {
        const deaths = [];
        for (const scenario of batch) deaths.push(await runAndDie(scenario));
        const ids = deaths.flatMap(({ runs }) => runs.map(({ id }) => id));
        await until(() => ids.every((id) => replicas.eventsOf(id).length > 0));
        for (const { diedAt, runs, counted } of deaths) {
          if (runs.length === 0) {
            // No model is called for a run that has no row.
            expect(counted).toBe(0);
            continue;
          }
          const told = replicas.eventsOf(runs[0]!.id);
          expect([runs.length, told.length]).toEqual([1, 1]);
          const extra = told[0]!.calls.length - counted;
          expect(extra === 1 ? betweenAnnouncementAndCall : ['']).toContain(extra === 1 ? diedAt : '');
          expect([0, 1]).toContain(extra);
        }
      }),
      { numRuns: 3 },
    );
  });
});
