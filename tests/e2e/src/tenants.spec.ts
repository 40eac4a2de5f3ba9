import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import fc from 'fast-check';
import { call, createKey, type DoorAnswer, expectOk, post } from './door';
import { startWeft, type WeftProcess } from './weft-process';

/*
 * Goal: no tenant sees another's documents, prompts, conversations, runs or cached answers.
 * Method: two tenants do random things under the same names; every text that one of them stores carries its own mark. After each
 * thing, everything that can be listed, searched, read or asked is read by both, and no answer may carry the other's mark.
 */

const tenants = ['alpha', 'beta'] as const;
type Tenant = (typeof tenants)[number];

let provider: FakeProvider;
let weft: WeftProcess;
const keys = {} as Record<Tenant, string>;
const ids: Record<Tenant, { conversations: string[]; documents: string[]; runs: string[] }> = {
  alpha: { conversations: [], documents: [], runs: [] },
  beta: { conversations: [], documents: [], runs: [] },
};

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({ OPENAI_BASE_URL: provider.baseUrl });
  for (const tenant of tenants) {
    keys[tenant] = await createKey(weft, { tenantId: tenant });
    const mine = (method: string, body: unknown) => expectOk(call(weft, method, body, keys[tenant]));
    await mine('weft.retrieval.v1.CollectionService/CreateCollection', { name: 'shared-name' });
    await mine('weft.prompt.v1.PromptService/CreatePrompt', {
      name: 'shared-name',
      messages: [{ role: 'ROLE_SYSTEM', template: `mark-${tenant}` }],
    });
    await mine('weft.orchestrator.v1.AssistantService/CreateAssistant', {
      name: 'shared-name',
      spec: {
        model: 'fake-model',
        cache: {},
        memory: {},
        retrieval: { collections: ['shared-name'], mode: 'keyword' },
      },
    });
  }
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

const other = (tenant: Tenant): Tenant => (tenant === 'alpha' ? 'beta' : 'alpha');

type Action = { tenant: Tenant; kind: 'ingest' | 'chat' | 'converse' | 'prompt'; word: string };

const actions: Record<Action['kind'], (action: Action) => Promise<void>> = {
  async ingest({ tenant, word }) {
    const content = Buffer.from(`The ${word} of mark-${tenant}.`).toString('base64');
    const { results } = await expectOk(
      call(
        weft,
        'weft.retrieval.v1.DocumentService/IngestDocuments',
        { collection: 'shared-name', documents: [{ uri: `${word}.md`, content }] },
        keys[tenant],
      ),
    );
    ids[tenant].documents.push(results[0].document.id);
  },
  async chat({ tenant, word }) {
    // The model says the mark of whoever asks; the same question of both tenants must not meet in the cache.
    provider.setDefault({ text: `mark-${tenant} on ${word}` });
    const question = {
      model: 'assistant:shared-name',
      messages: [{ role: 'user', content: `what of ${word}?` }],
    };
    const answer = await expectOk(post(weft, '/v1/chat/completions', question, keys[tenant]));
    ids[tenant].runs.push(answer.weft.run_id);
    expect(JSON.stringify(answer)).not.toContain(`mark-${other(tenant)}`);
  },
  async converse({ tenant, word }) {
    const { conversation } = await expectOk(
      call(
        weft,
        'weft.memory.v1.ConversationService/CreateConversation',
        { title: `mark-${tenant}` },
        keys[tenant],
      ),
    );
    ids[tenant].conversations.push(conversation.id);
    await expectOk(
      call(
        weft,
        'weft.memory.v1.ConversationService/AppendMessages',
        {
          conversationId: conversation.id,
          messages: [{ role: 'ROLE_USER', content: `${word} mark-${tenant}` }],
        },
        keys[tenant],
      ),
    );
  },
  async prompt({ tenant, word }) {
    await expectOk(
      call(
        weft,
        'weft.prompt.v1.PromptService/CreatePromptVersion',
        { prompt: 'shared-name', messages: [{ role: 'ROLE_SYSTEM', template: `${word} mark-${tenant}` }] },
        keys[tenant],
      ),
    );
  },
};

/** Everything a tenant can read without knowing an id. */
async function readings(tenant: Tenant): Promise<DoorAnswer[]> {
  const read = (method: string, body: unknown = {}) => call(weft, method, body, keys[tenant]);
  return await Promise.all([
    read('weft.retrieval.v1.DocumentService/ListDocuments', { collection: 'shared-name' }),
    read('weft.retrieval.v1.SearchService/SearchDocuments', {
      collections: ['shared-name'],
      query: `mark-${other(tenant)}`,
      topK: 50,
    }),
    read('weft.prompt.v1.PromptService/ListPromptVersions', { prompt: 'shared-name' }),
    read('weft.prompt.v1.PromptService/RenderPrompt', { prompt: 'shared-name' }),
    read('weft.memory.v1.ConversationService/ListConversations'),
    read('weft.orchestrator.v1.RunService/ListRuns'),
    read('weft.logging.v1.UsageService/ListUsageRecords'),
    read('weft.gateway.v1.ApiKeyService/ListApiKeys'),
  ]);
}

/** What a tenant gets for the other's ids. */
async function crossings(tenant: Tenant): Promise<number[]> {
  const read = async (method: string, body: unknown) => (await call(weft, method, body, keys[tenant])).status;
  const { conversations, documents, runs } = ids[other(tenant)];
  return await Promise.all([
    ...conversations
      .slice(-2)
      .map((id) => read('weft.memory.v1.ConversationService/ListMessages', { conversationId: id })),
    ...documents.slice(-2).map((id) => read('weft.retrieval.v1.DocumentService/DeleteDocument', { id })),
    ...runs.slice(-2).map((id) => read('weft.orchestrator.v1.RunService/GetRun', { id })),
  ]);
}

it('no tenant sees what another stored, whatever both do', async () => {
  const action = fc.record({
    tenant: fc.constantFrom(...tenants),
    kind: fc.constantFrom<Action['kind']>('ingest', 'chat', 'converse', 'prompt'),
    word: fc.constantFrom('roof', 'cellar', 'garden'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 6 }), async (steps) => {
      for (const step of steps) await actions[step.kind](step);
      for (const tenant of tenants) {
        const seen = await readings(tenant);
        const strange = seen.filter(
          ({ status, body }) => status !== 200 || JSON.stringify(body).includes(`mark-${other(tenant)}`),
        );
        const found = (await crossings(tenant)).filter((status) => status !== 404);
        expect([strange, found]).toEqual([[], []]);
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

it('a key for another tenant can be made only by one that may', async () => {
  const { status } = await call(
    weft,
    'weft.gateway.v1.ApiKeyService/CreateApiKey',
    { displayName: 'x', tenantId: 'beta' },
    keys.alpha,
  );
  expect(status).toBe(403);
});
