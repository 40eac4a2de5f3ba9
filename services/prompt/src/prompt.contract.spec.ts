import { common, prompt } from '@weft/contracts';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import fc from 'fast-check';
import { promptService } from './service';

const { PromptServiceDefinition } = prompt;
type PromptClient = TestClient<prompt.PromptServiceDefinition>;

const { Role } = common;
const languageSchema = JSON.stringify({
  type: 'object',
  properties: { language: { type: 'string' } },
  required: ['language'],
});
const greeting = (text = 'Answer in {{ language }}.') => ({
  messages: [{ role: Role.SYSTEM, template: text }],
  variablesSchemaJson: languageSchema,
});
const plain = (text: string) => ({ messages: [{ role: Role.USER, template: text }] });
const invalid = (...fields: string[]) => ({
  code: 'INVALID_ARGUMENT',
  violations: fields.map((field) => expect.objectContaining({ field })),
});
const missing = (reason: string) => ({ code: 'NOT_FOUND', reason });

describe('PromptService', () => {
  let service: TestService;
  let acme: PromptClient;
  let globex: PromptClient;
  let count = 0;
  const newName = () => `prompt-${(count += 1)}`;

  beforeAll(async () => {
    service = await startTestService(promptService);
    acme = service.client(PromptServiceDefinition, { tenantId: 'acme' });
    globex = service.client(PromptServiceDefinition, { tenantId: 'globex' });
  });
  afterAll(() => service.stop());

  const create = async (text = 'version 1', labels: string[] = []) => {
    const name = newName();
    await acme.createPrompt({ name, ...plain(text), labels });
    return name;
  };
  const rendered = async (client: PromptClient, request: Parameters<PromptClient['renderPrompt']>[0]) =>
    (await client.renderPrompt(request)).messages.map(({ content }) => content).join('|');

  describe('CreatePrompt', () => {
    it('creates version 1 with its labels', async () => {
      const name = newName();
      const created = await acme.createPrompt({
        name,
        description: 'greets',
        ...greeting(),
        labels: ['production'],
      });
      expect(created).toMatchObject({
        prompt: { name, description: 'greets', latestVersion: 1, labels: { production: 1 } },
        version: { prompt: name, version: 1, ...greeting(), digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
    });

    it('refuses a name that is taken', async () => {
      const name = await create();
      await expect(acme.createPrompt({ name, ...plain('again') })).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
        reason: 'PROMPT_EXISTS',
      });
    });

    it('leaves the prompt whose name is taken as it was', async () => {
      const name = await create('first', ['production']);
      await acme.createPrompt({ name, ...plain('second'), labels: ['production'] }).catch(() => undefined);
      expect(await rendered(acme, { prompt: name, label: 'production' })).toBe('first');
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
      await expect(acme.createPrompt(request)).rejects.toMatchObject(invalid(field));
    });

    it('keeps nothing of a prompt that was refused', async () => {
      const name = newName();
      await acme.createPrompt({ name, ...plain('{{ undeclared }}') }).catch(() => undefined);
      await expect(acme.getPrompt({ name })).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
    });
  });

  describe('CreatePromptVersion', () => {
    it('adds the next version and moves labels to it', async () => {
      const name = await create('version 1', ['production']);
      await acme.createPromptVersion({ prompt: name, ...plain('version 2'), labels: ['production', 'beta'] });
      expect((await acme.getPrompt({ name })).prompt).toMatchObject({
        latestVersion: 2,
        labels: { production: 2, beta: 2 },
      });
    });

    it('leaves labels that it does not name where they are', async () => {
      const name = await create('version 1', ['production']);
      await acme.createPromptVersion({ prompt: name, ...plain('version 2') });
      expect(await rendered(acme, { prompt: name, label: 'production' })).toBe('version 1');
    });

    it('returns the latest when the content is the same', async () => {
      const name = await create('version 1');
      const { version } = await acme.createPromptVersion({ prompt: name, ...plain('version 1') });
      expect([version?.version, (await acme.getPrompt({ name })).prompt?.latestVersion]).toEqual([1, 1]);
    });

    it('adds content again that is older than the latest', async () => {
      const name = await create('one');
      await acme.createPromptVersion({ prompt: name, ...plain('two') });
      const { version } = await acme.createPromptVersion({ prompt: name, ...plain('one') });
      expect(version?.version).toBe(3);
    });

    it('gives versions that are added side by side numbers of their own, without holes', async () => {
      const name = await create('0');
      const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`);
      const added = await Promise.all(
        texts.map((text) =>
          acme.createPromptVersion({ prompt: name, ...plain(text), labels: [text.replace(' ', '-')] }),
        ),
      );
      const numbers = added.map(({ version }) => version!.version);
      expect([...numbers].sort((a, b) => a - b)).toEqual(texts.map((_, index) => index + 2));
    });

    it('finds no prompt that is not there', async () => {
      await expect(acme.createPromptVersion({ prompt: 'nowhere', ...plain('x') })).rejects.toMatchObject(
        missing('PROMPT_NOT_FOUND'),
      );
    });

    it('refuses a template that does not parse', async () => {
      const name = await create();
      await expect(acme.createPromptVersion({ prompt: name, ...plain('{% if %}') })).rejects.toMatchObject(
        invalid('messages[0].template'),
      );
    });
  });

  describe('GetPromptVersion', () => {
    it.each([
      ['the number', { version: 1 }, 'version 1'],
      ['the number, whatever the label', { version: 1, label: 'beta' }, 'version 1'],
      ['the label', { label: 'beta' }, 'version 2'],
      ['nothing, as the latest', {}, 'version 3'],
    ])('reads a version by %s', async (_how, selector, text) => {
      const name = await create('version 1');
      await acme.createPromptVersion({ prompt: name, ...plain('version 2'), labels: ['beta'] });
      await acme.createPromptVersion({ prompt: name, ...plain('version 3') });
      const { version } = await acme.getPromptVersion({ prompt: name, ...selector });
      expect(version?.messages[0]?.template).toBe(text);
    });

    it.each([
      ['version', { version: 2 }, 'PROMPT_VERSION_NOT_FOUND'],
      ['label', { label: 'production' }, 'PROMPT_LABEL_NOT_FOUND'],
      ['label that none can have', { label: 'nul \0' }, 'PROMPT_LABEL_NOT_FOUND'],
    ])('finds no %s that is not there', async (_what, selector, reason) => {
      const name = await create();
      await expect(acme.getPromptVersion({ prompt: name, ...selector })).rejects.toMatchObject(
        missing(reason),
      );
    });

    it('keeps a version from ever changing, in the database too', async () => {
      const name = await create();
      const change = `update prompt_versions set digest = 'other' where tenant_id = 'acme' and prompt = $1`;
      await expect(service.database.query('acme', change, [name])).rejects.toThrow(/never changes/);
    });
  });

  describe('SetPromptLabel', () => {
    it('is seen by the next render', async () => {
      const name = await create('version 1', ['production']);
      await acme.createPromptVersion({ prompt: name, ...plain('version 2') });
      const seen: string[] = [];
      for (const version of [2, 1, 2]) {
        await acme.setPromptLabel({ prompt: name, label: 'production', version });
        seen.push(await rendered(acme, { prompt: name, label: 'production' }));
      }
      expect(seen).toEqual(['version 2', 'version 1', 'version 2']);
    });

    it('answers with all labels', async () => {
      const name = await create('version 1', ['production']);
      const { prompt: labelled } = await acme.setPromptLabel({ prompt: name, label: 'beta', version: 1 });
      expect(labelled?.labels).toEqual({ production: 1, beta: 1 });
    });

    it('changes the time of the prompt when the label moves, and only then', async () => {
      const name = await create('version 1', ['production']);
      await acme.createPromptVersion({ prompt: name, ...plain('version 2') });
      const times: (number | undefined)[] = [];
      for (const version of [1, 2, 2]) {
        const { prompt: labelled } = await acme.setPromptLabel({
          prompt: name,
          label: 'production',
          version,
        });
        times.push(labelled?.updateTime?.getTime());
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      expect([times[1]! > times[0]!, times[2] === times[1]]).toEqual([true, true]);
    });

    it.each([
      ['prompt', 'nowhere', 'PROMPT_NOT_FOUND'],
      ['version', undefined, 'PROMPT_VERSION_NOT_FOUND'],
    ])('finds no %s that is not there', async (_what, prompt, reason) => {
      const name = prompt ?? (await create());
      await expect(acme.setPromptLabel({ prompt: name, label: 'beta', version: 2 })).rejects.toMatchObject(
        missing(reason),
      );
    });

    it('refuses bad input, naming the fields', async () => {
      const name = await create();
      await expect(acme.setPromptLabel({ prompt: name, label: 'Not!', version: 0 })).rejects.toMatchObject(
        invalid('label', 'version'),
      );
    });
  });

  describe('RenderPrompt', () => {
    it('renders each message with its role', async () => {
      const name = newName();
      const messages = [
        { role: Role.SYSTEM, template: 'Answer in {{ language }}.' },
        { role: Role.USER, template: '{{ language | size }}' },
      ];
      await acme.createPrompt({ name, messages, variablesSchemaJson: languageSchema });
      const { messages: result } = await acme.renderPrompt({
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
      const { version } = await acme.createPromptVersion({ prompt: name, ...plain('version 2') });
      const answer = await acme.renderPrompt({ prompt: name });
      expect([answer.version, answer.digest]).toEqual([2, version?.digest]);
    });

    it('names each variable that the schema refuses', async () => {
      const name = newName();
      const schema = {
        properties: { a: { type: 'string' }, b: { type: 'number' } },
        required: ['a', 'b', 'c'],
      };
      await acme.createPrompt({ name, ...plain('x'), variablesSchemaJson: JSON.stringify(schema) });
      const call = acme.renderPrompt({ prompt: name, variables: { a: 1, b: 1 } });
      await expect(call).rejects.toMatchObject(invalid('variables.c', 'variables.a'));
    });

    it('finds a prompt that was made anew under the same name', async () => {
      const name = await create('old');
      await rendered(acme, { prompt: name });
      await acme.deletePrompt({ name });
      await acme.createPrompt({ name, ...plain('new') });
      expect(await rendered(acme, { prompt: name })).toBe('new');
    });
  });

  describe('lists and deletion', () => {
    it('lists every prompt once, by name, page after page', async () => {
      const initech = service.client(PromptServiceDefinition, { tenantId: 'initech' });
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

    it('lists versions newest first, page after page', async () => {
      const name = await create('1');
      for (const text of ['2', '3']) await acme.createPromptVersion({ prompt: name, ...plain(text) });
      const first = await acme.listPromptVersions({ prompt: name, pageSize: 2 });
      const second = await acme.listPromptVersions({
        prompt: name,
        pageSize: 2,
        pageToken: first.nextPageToken,
      });
      expect([first, second].map(({ versions }) => versions.map(({ version }) => version))).toEqual([
        [3, 2],
        [1],
      ]);
    });

    it('refuses the page token of another list', async () => {
      const [one, other] = [await create('1'), await create('1')];
      await acme.createPromptVersion({ prompt: one, ...plain('2') });
      const { nextPageToken } = await acme.listPromptVersions({ prompt: one, pageSize: 1 });
      const call = acme.listPromptVersions({ prompt: other, pageToken: nextPageToken });
      await expect(call).rejects.toMatchObject(invalid('page_token'));
    });

    it('refuses a page token that was tampered with', async () => {
      const name = await create('1');
      await acme.createPromptVersion({ prompt: name, ...plain('2') });
      const { nextPageToken } = await acme.listPromptVersions({ prompt: name, pageSize: 1 });
      const [seal] = JSON.parse(Buffer.from(nextPageToken, 'base64url').toString()) as unknown[];
      const pageToken = Buffer.from(JSON.stringify([seal, "1'; drop table prompts"])).toString('base64url');
      await expect(acme.listPromptVersions({ prompt: name, pageToken })).rejects.toMatchObject(
        invalid('page_token'),
      );
    });

    it('finds no versions of a prompt that is not there', async () => {
      await expect(acme.listPromptVersions({ prompt: 'nowhere' })).rejects.toMatchObject(
        missing('PROMPT_NOT_FOUND'),
      );
    });

    it('deletes a prompt with its versions', async () => {
      const name = await create('1', ['production']);
      await acme.deletePrompt({ name });
      await expect(acme.getPromptVersion({ prompt: name, version: 1 })).rejects.toMatchObject(
        missing('PROMPT_NOT_FOUND'),
      );
    });

    it('finds nothing to delete the second time', async () => {
      const name = await create();
      await acme.deletePrompt({ name });
      await expect(acme.deletePrompt({ name })).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
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
      await expect(call(globex, name)).rejects.toMatchObject(missing('PROMPT_NOT_FOUND'));
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
            const client = tenant === 'acme' ? acme : globex;
            const work = {
              create: () => client.createPrompt({ name, ...plain(`of ${tenant}`), labels: ['live'] }),
              version: () => client.createPromptVersion({ prompt: name, ...plain(`of ${tenant}, again`) }),
              label: () => client.setPromptLabel({ prompt: name, label: 'live', version: 1 }),
              delete: () => client.deletePrompt({ name }),
            }[action];
            await work().catch(() => undefined);
            for (const [reader, owner] of [
              [acme, 'acme'],
              [globex, 'globex'],
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
});
