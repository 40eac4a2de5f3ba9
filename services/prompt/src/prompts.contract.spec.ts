import { common } from '@weft/contracts';
import fc from 'fast-check';

import { invalid, missing, plain, type PromptClient, rendered, usePromptStand } from './prompt-stand.fixture';

const { Role } = common;
const languageSchema = JSON.stringify({
  type: 'object',
  properties: { language: { type: 'string' } },
  required: ['language'],
});
const greeting = {
  messages: [{ role: Role.SYSTEM, template: 'Answer in {{ language }}.' }],
  variablesSchemaJson: languageSchema,
};

const stand = usePromptStand();
const { create, newName } = stand;

describe('CreatePrompt', () => {
  it('creates version 1 with its labels', async () => {
    const name = newName();
    const created = await stand.acme.createPrompt({
      name,
      description: 'greets',
      ...greeting,
      labels: ['production'],
    });
    expect(created).toMatchObject({
      prompt: { name, description: 'greets', latestVersion: 1, labels: { production: 1 } },
      version: { prompt: name, version: 1, ...greeting, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('refuses a name that is taken', async () => {
    const name = await create();
    await expect(stand.acme.createPrompt({ name, ...plain('again') })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'PROMPT_EXISTS',
    });
  });

  it('leaves the prompt whose name is taken as it was', async () => {
    const name = await create('first', ['production']);
    await stand.acme
      .createPrompt({ name, ...plain('second'), labels: ['production'] })
      .catch(() => undefined);
    expect(await rendered(stand.acme, { prompt: name, label: 'production' })).toBe('first');
  });

  it.each<[string, Parameters<PromptClient['createPrompt']>[0]]>([
    ['name', { name: 'Not A Name', ...plain('x') }],
    ['messages', { name: 'ok' }],
    ['messages[0].role', { name: 'ok', messages: [{ template: 'x' }] }],
    ['messages[0].role', { name: 'ok', messages: [{ role: 99 as common.Role, template: 'x' }] }],
    ['messages[0].template', { name: 'ok', messages: [{ role: Role.USER }] }],
    ['messages[0].template', { name: 'ok', ...plain('{{ a') }],
    ['messages[0].template', { name: 'ok', ...plain('{{ undeclared }}') }],
    ['messages[0].template', { name: 'ok', ...plain('nul \0') }],
    ['description', { name: 'ok', description: 'nul \0', ...plain('x') }],
    ['variables_schema_json', { name: 'ok', ...plain('x'), variablesSchemaJson: '{"type":"nope"}' }],
    ['labels[0]', { name: 'ok', ...plain('x'), labels: ['No'] }],
  ])('refuses bad input, naming %s', async (field, request) => {
    await expect(stand.acme.createPrompt(request)).rejects.toMatchObject(invalid(field));
  });

  it('keeps nothing of a prompt that was refused', async () => {
    const name = newName();
    await stand.acme.createPrompt({ name, ...plain('{{ undeclared }}') }).catch(() => undefined);
    await expect(stand.acme.getPrompt({ name })).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
  });
});

describe('RenderPrompt', () => {
  it('renders each message with its role', async () => {
    const name = newName();
    const messages = [
      { role: Role.SYSTEM, template: 'Answer in {{ language }}.' },
      { role: Role.USER, template: '{{ language | size }}' },
    ];
    await stand.acme.createPrompt({ name, messages, variablesSchemaJson: languageSchema });
    const { messages: result } = await stand.acme.renderPrompt({
      prompt: name,
      variables: { language: 'German' },
    });
    expect(result.map(({ role, content }) => [role, content])).toEqual([
      [Role.SYSTEM, 'Answer in German.'],
      [Role.USER, '6'],
    ]);
  });

  it('says which version it rendered, with its digest', async () => {
    const name = await create('version 1');
    const { version } = await stand.acme.createPromptVersion({ prompt: name, ...plain('version 2') });
    const answer = await stand.acme.renderPrompt({ prompt: name });
    expect([answer.version, answer.digest]).toEqual([2, version?.digest]);
  });

  it('names each variable that the schema refuses', async () => {
    const name = newName();
    const schema = {
      properties: { a: { type: 'string' }, b: { type: 'number' } },
      required: ['a', 'b', 'c'],
    };
    await stand.acme.createPrompt({ name, ...plain('x'), variablesSchemaJson: JSON.stringify(schema) });
    const call = stand.acme.renderPrompt({ prompt: name, variables: { a: 1, b: 1 } });
    await expect(call).rejects.toMatchObject(invalid('variables.c', 'variables.a'));
  });

  it('finds a prompt that was made anew under the same name', async () => {
    const name = await create('old');
    await rendered(stand.acme, { prompt: name });
    await stand.acme.deletePrompt({ name });
    await stand.acme.createPrompt({ name, ...plain('new') });
    expect(await rendered(stand.acme, { prompt: name })).toBe('new');
  });
});

describe('ListPrompts', () => {
  it('lists every prompt once, by name, page after page', async () => {
    const initech = stand.client('initech');
    const names = ['b', 'a-1', 'a', 'a_1', 'c', '0'];
    for (const name of names) await initech.createPrompt({ name, ...plain('x') });
    const listed: string[] = [];
    let pageToken = '';
    do {
      const page = await initech.listPrompts({ pageSize: 2, pageToken });
      listed.push(...page.prompts.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(listed).toEqual([...names].sort());
  });
});

describe('DeletePrompt', () => {
  it('deletes a prompt with its versions', async () => {
    const name = await create('1', ['production']);
    await stand.acme.deletePrompt({ name });
    await expect(stand.acme.getPromptVersion({ prompt: name, version: 1 })).rejects.toMatchObject(
      missing('PROMPT_NOT_FOUND'),
    );
  });

  it('finds nothing to delete the second time', async () => {
    const name = await create();
    await stand.acme.deletePrompt({ name });
    await expect(stand.acme.deletePrompt({ name })).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
  });
});

describe('tenants', () => {
  it.each<[string, (client: PromptClient, name: string) => Promise<unknown>]>([
    ['GetPrompt', (client, name) => client.getPrompt({ name })],
    ['DeletePrompt', (client, name) => client.deletePrompt({ name })],
    [
      'CreatePromptVersion',
      (client, name) => client.createPromptVersion({ prompt: name, ...plain('theirs') }),
    ],
    ['GetPromptVersion', (client, name) => client.getPromptVersion({ prompt: name, version: 1 })],
    ['ListPromptVersions', (client, name) => client.listPromptVersions({ prompt: name })],
    [
      'SetPromptLabel',
      (client, name) => client.setPromptLabel({ prompt: name, label: 'production', version: 1 }),
    ],
    ['RenderPrompt', (client, name) => client.renderPrompt({ prompt: name })],
  ])('%s finds no prompt of another tenant', async (_rpc, call) => {
    const name = await create('ours');
    await expect(call(stand.globex, name)).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
  });

  it('never shows one tenant what another wrote', async () => {
    const step = fc.record({
      tenant: fc.constantFrom('acme', 'globex'),
      action: fc.constantFrom('create', 'version', 'label', 'delete'),
      name: fc.constantFrom('shared-a', 'shared-b'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        for (const { tenant, action, name } of steps) {
          const client = tenant === 'acme' ? stand.acme : stand.globex;
          const work = {
            create: () => client.createPrompt({ name, ...plain(`of ${tenant}`), labels: ['live'] }),
            version: () => client.createPromptVersion({ prompt: name, ...plain(`of ${tenant}, again`) }),
            label: () => client.setPromptLabel({ prompt: name, label: 'live', version: 1 }),
            delete: () => client.deletePrompt({ name }),
          }[action];
          await work().catch(() => undefined);
          for (const [reader, owner] of [
            [stand.acme, 'acme'],
            [stand.globex, 'globex'],
          ] as const) {
            const text = await rendered(reader, { prompt: name }).catch(() => `of ${owner}`);
            expect(text.startsWith(`of ${owner}`)).toBe(true);
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});
