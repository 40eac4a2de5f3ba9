import { common, memory } from '@weft/contracts';
import { newId } from '@weft/runtime';
import { startTestService, type TestClient, type TestService } from '@weft/testing';
import fc from 'fast-check';
import { memoryService } from './service';

const { ConversationServiceDefinition } = memory;
type MemoryClient = TestClient<memory.ConversationServiceDefinition>;

const { Role } = common;
const user = (content: string) => ({ role: Role.USER, content });
const invalid = (field: string) => ({
  code: 'INVALID_ARGUMENT',
  violations: [expect.objectContaining({ field })],
});
const missing = { code: 'NOT_FOUND', reason: 'CONVERSATION_NOT_FOUND' };
const contents = ({ messages }: { messages: memory.ConversationMessage[] }) =>
  messages.map(({ message }) => message?.content);
const numbers = ({ messages }: { messages: memory.ConversationMessage[] }) =>
  messages.map(({ number }) => number);

describe('ConversationService', () => {
  let service: TestService;
  let acme: MemoryClient;
  let globex: MemoryClient;

  beforeAll(async () => {
    service = await startTestService(memoryService, { env: { WEFT_MEMORY_MESSAGES_MAX: '300' } });
    acme = service.client(ConversationServiceDefinition, { tenantId: 'acme' });
    globex = service.client(ConversationServiceDefinition, { tenantId: 'globex' });
  });
  afterAll(() => service.stop());

  const begin = async (...texts: string[]) => {
    const { conversation } = await acme.createConversation({ title: 'a talk' });
    if (texts.length > 0)
      await acme.appendMessages({ conversationId: conversation!.id, messages: texts.map(user) });
    return conversation!.id;
  };

  describe('conversations', () => {
    it('creates one without messages', async () => {
      const { conversation } = await acme.createConversation({ title: 'a talk' });
      expect(conversation).toMatchObject({
        title: 'a talk',
        messageCount: 0,
        createTime: conversation!.updateTime,
      });
    });

    it('gets one with the number of its messages', async () => {
      const id = await begin('a', 'b');
      expect((await acme.getConversation({ id })).conversation).toMatchObject({
        id,
        title: 'a talk',
        messageCount: 2,
      });
    });

    it('lists each once, the last changed first, page after page', async () => {
      const initech = service.client(ConversationServiceDefinition, { tenantId: 'initech' });
      const ids: string[] = [];
      for (const title of ['0', '1', '2', '3', '4'])
        ids.push((await initech.createConversation({ title })).conversation!.id);
      await initech.appendMessages({ conversationId: ids[1]!, messages: [user('a')] });
      const listed: string[] = [];
      let pageToken = '';
      do {
        const page = await initech.listConversations({ pageSize: 2, pageToken });
        listed.push(...page.conversations.map(({ title }) => title));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(listed).toEqual(['1', '4', '3', '2', '0']);
    });

    it('deletes one with its messages', async () => {
      const id = await begin('a');
      await acme.deleteConversation({ id });
      const rows = await service.database.query(
        'acme',
        'select 1 from conversation_messages where conversation_id = $1',
        [id],
      );
      expect(rows).toEqual([]);
    });

    it('finds nothing to delete the second time', async () => {
      const id = await begin();
      await acme.deleteConversation({ id });
      await expect(acme.deleteConversation({ id })).rejects.toMatchObject(missing);
    });

    it('refuses a title that cannot be kept', async () => {
      await expect(acme.createConversation({ title: 'nul \0' })).rejects.toMatchObject(invalid('title'));
    });
  });

  describe('AppendMessages', () => {
    it('numbers messages from 1, in order, over several calls', async () => {
      const id = await begin('a', 'b');
      await acme.appendMessages({ conversationId: id, messages: [user('c')] });
      expect(numbers(await acme.listMessages({ conversationId: id }))).toEqual([1, 2, 3]);
    });

    it('numbers messages without holes when calls come side by side, and keeps those of one call together', async () => {
      const id = await begin();
      const calls = Array.from({ length: 20 }, (_, call) =>
        acme.appendMessages({
          conversationId: id,
          messages: [user(`${call}.0`), user(`${call}.1`), user(`${call}.2`)],
        }),
      );
      const appended = await Promise.all(calls);
      const firsts = appended
        .map((answer) => numbers(answer))
        .map(([first, ...rest]) => [first! % 3, ...rest.map((n) => n - first!)]);
      expect([firsts, numbers(await acme.listMessages({ conversationId: id, pageSize: 200 }))]).toEqual([
        Array.from({ length: 20 }, () => [1, 1, 2]),
        Array.from({ length: 60 }, (_, index) => index + 1),
      ]);
    });

    it('returns messages exactly as they were given, with number, tokens and run', async () => {
      const id = await begin();
      const message = {
        role: Role.ASSISTANT,
        content: 'hello world \0 \u{1f600}',
        name: 'bot',
        toolCalls: [{ id: 'call-1', name: 'clock', argumentsJson: '{"zone":"UTC"}' }],
        toolCallId: '',
      };
      await acme.appendMessages({ conversationId: id, messages: [message], runId: 'run-1' });
      const [kept] = (await acme.listMessages({ conversationId: id })).messages;
      expect(kept).toMatchObject({ number: 1, message, runId: 'run-1', tokenCount: expect.any(Number) });
    });

    it('counts tokens', async () => {
      const id = await begin();
      const { messages } = await acme.appendMessages({ conversationId: id, messages: [user('hello world')] });
      expect(messages[0]?.tokenCount).toBe(2);
    });

    it('appends nothing for an idempotency key that was used before, and returns what was appended then', async () => {
      const id = await begin('a');
      const request = { conversationId: id, messages: [user('b'), user('c')], idempotencyKey: 'key-1' };
      const first = await acme.appendMessages(request);
      await acme.appendMessages({ conversationId: id, messages: [user('d')] });
      const again = await acme.appendMessages(request);
      expect([again, contents(await acme.listMessages({ conversationId: id }))]).toEqual([
        first,
        ['a', 'b', 'c', 'd'],
      ]);
    });

    it('appends once when equal keys come side by side', async () => {
      const id = await begin();
      const request = { conversationId: id, messages: [user('a')], idempotencyKey: 'key-1' };
      await Promise.all(Array.from({ length: 10 }, () => acme.appendMessages(request)));
      expect(contents(await acme.listMessages({ conversationId: id }))).toEqual(['a']);
    });

    it('keeps keys of different conversations apart', async () => {
      const [one, other] = [await begin(), await begin()];
      for (const conversationId of [one, other]) {
        await acme.appendMessages({ conversationId, messages: [user('a')], idempotencyKey: 'key-1' });
      }
      expect(contents(await acme.listMessages({ conversationId: other }))).toEqual(['a']);
    });

    it('appends again without a key', async () => {
      const id = await begin('a');
      await acme.appendMessages({ conversationId: id, messages: [user('a')] });
      expect(contents(await acme.listMessages({ conversationId: id }))).toEqual(['a', 'a']);
    });

    it('appends all or none when the conversation becomes too long', async () => {
      const id = await begin(...Array.from({ length: 250 }, () => 'x'));
      const call = acme.appendMessages({
        conversationId: id,
        messages: Array.from({ length: 51 }, () => user('y')),
      });
      await expect(call).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'CONVERSATION_FULL' });
      expect((await acme.getConversation({ id })).conversation?.messageCount).toBe(250);
    });

    it.each<[string, Partial<memory.AppendMessagesRequest>]>([
      ['messages', {}],
      ['messages[0].role', { messages: [common.Message.create({ content: 'x' })] }],
      [
        'messages',
        { messages: Array.from({ length: 4 }, () => common.Message.create(user('x'.repeat(1_000_000)))) },
      ],
      ['run_id', { messages: [common.Message.create(user('x'))], runId: '\0' }],
      ['idempotency_key', { messages: [common.Message.create(user('x'))], idempotencyKey: '\0' }],
    ])('refuses bad input, naming %s', async (field, change) => {
      const conversationId = await begin();
      await expect(acme.appendMessages({ conversationId, ...change })).rejects.toMatchObject(invalid(field));
    });
  });

  describe('ListMessages', () => {
    it('lists messages oldest first, page after page', async () => {
      const id = await begin('a', 'b', 'c');
      const first = await acme.listMessages({ conversationId: id, pageSize: 2 });
      const second = await acme.listMessages({
        conversationId: id,
        pageSize: 2,
        pageToken: first.nextPageToken,
      });
      expect([contents(first), contents(second), second.nextPageToken]).toEqual([['a', 'b'], ['c'], '']);
    });

    it('lists long messages on more pages, each once', async () => {
      const id = await begin();
      for (let index = 0; index < 5; index += 1) {
        await acme.appendMessages({ conversationId: id, messages: [user(`${index}`.repeat(1_000_000))] });
      }
      const first = await acme.listMessages({ conversationId: id });
      const second = await acme.listMessages({ conversationId: id, pageToken: first.nextPageToken });
      expect([numbers(first), numbers(second), second.nextPageToken]).toEqual([[1, 2, 3], [4, 5], '']);
    });

    it('refuses the page token of another conversation', async () => {
      const [one, other] = [await begin('a', 'b'), await begin('a', 'b')];
      const { nextPageToken } = await acme.listMessages({ conversationId: one, pageSize: 1 });
      const call = acme.listMessages({ conversationId: other, pageToken: nextPageToken });
      await expect(call).rejects.toMatchObject(invalid('page_token'));
    });

    it.each([
      [
        'messages',
        () => begin('a', 'b'),
        (conversationId: string) => acme.listMessages({ conversationId, pageSize: 1 }),
      ],
      ['conversations', () => Promise.all([begin(), begin()]), () => acme.listConversations({ pageSize: 1 })],
    ])('refuses a page token of %s that was tampered with', async (list, prepare, read) => {
      const prepared = await prepare();
      const id = String(prepared);
      const { nextPageToken } = await read(id);
      const [seal] = JSON.parse(Buffer.from(nextPageToken, 'base64url').toString()) as unknown[];
      const pageToken = Buffer.from(JSON.stringify([seal, 'x', 'y'])).toString('base64url');
      const call =
        list === 'messages'
          ? acme.listMessages({ conversationId: id, pageToken })
          : acme.listConversations({ pageToken });
      await expect(call).rejects.toMatchObject(invalid('page_token'));
    });
  });

  describe('GetWindow', () => {
    it('returns everything that fits', async () => {
      const id = await begin('one', 'two', 'three');
      expect(await acme.getWindow({ conversationId: id, maxTokens: 100 })).toMatchObject({
        tokenCount: 3,
        truncated: false,
      });
    });

    it('leaves out the oldest, as whole messages', async () => {
      const id = await begin('hello world', 'hello world', 'hello');
      const window = await acme.getWindow({ conversationId: id, maxTokens: 4 });
      expect([contents(window), window.tokenCount, window.truncated]).toEqual([
        ['hello world', 'hello'],
        3,
        true,
      ]);
    });

    it('is empty when not even the newest fits', async () => {
      const id = await begin('hello', 'hello world');
      const window = await acme.getWindow({ conversationId: id, maxTokens: 1 });
      expect([contents(window), window.tokenCount, window.truncated]).toEqual([[], 0, true]);
    });

    it('is empty and whole for a conversation without messages', async () => {
      const id = await begin();
      const window = await acme.getWindow({ conversationId: id, maxTokens: 1 });
      expect([contents(window), window.truncated]).toEqual([[], false]);
    });

    it('holds no tool result without its call, though the result would fit', async () => {
      const id = await begin('what time is it');
      const call = {
        role: Role.ASSISTANT,
        toolCalls: [{ id: 'c1', name: 'clock', argumentsJson: '{"zone":"Europe/Berlin"}' }],
      };
      const messages = [call, { role: Role.TOOL, content: 'noon', toolCallId: 'c1' }, user('thanks')];
      await acme.appendMessages({ conversationId: id, messages });
      expect(contents(await acme.getWindow({ conversationId: id, maxTokens: 3 }))).toEqual(['thanks']);
    });

    it('fits a response when messages are long', async () => {
      const id = await begin();
      for (let index = 0; index < 5; index += 1) {
        await acme.appendMessages({ conversationId: id, messages: [user('a'.repeat(1_000_000))] });
      }
      const window = await acme.getWindow({ conversationId: id, maxTokens: 1_000_000 });
      expect([numbers(window), window.truncated]).toEqual([[3, 4, 5], true]);
    });

    it('is the longest run of newest messages within the budget, for every conversation', async () => {
      const texts = fc.array(fc.constantFrom('', 'hello', 'hello world', 'hello big world'), {
        minLength: 1,
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(texts, { maxLength: 3 }),
          fc.integer({ min: 1, max: 20 }),
          async (appends, maxTokens) => {
            const id = await begin();
            for (const append of appends)
              await acme.appendMessages({ conversationId: id, messages: append.map(user) });
            const all = appends.flat();
            const tokens = all.map((text) => (text === '' ? 0 : text.split(' ').length));
            let begins = all.length;
            for (let sum = 0; begins > 0 && sum + tokens[begins - 1]! <= maxTokens; begins -= 1)
              sum += tokens[begins - 1]!;
            expect(contents(await acme.getWindow({ conversationId: id, maxTokens }))).toEqual(
              all.slice(begins),
            );
          },
        ),
        { numRuns: 40 },
      );
    });

    it('refuses a budget of nothing', async () => {
      const id = await begin('a');
      await expect(acme.getWindow({ conversationId: id, maxTokens: 0 })).rejects.toMatchObject(
        invalid('max_tokens'),
      );
    });
  });

  describe('what is not there, and tenants', () => {
    const calls: [string, (client: MemoryClient, id: string) => Promise<unknown>][] = [
      ['GetConversation', (client, id) => client.getConversation({ id })],
      ['DeleteConversation', (client, id) => client.deleteConversation({ id })],
      ['ListMessages', (client, id) => client.listMessages({ conversationId: id })],
      [
        'AppendMessages',
        (client, id) => client.appendMessages({ conversationId: id, messages: [user('x')] }),
      ],
      ['GetWindow', (client, id) => client.getWindow({ conversationId: id, maxTokens: 10 })],
    ];

    it.each(calls)('%s finds no conversation that is not there', async (_rpc, call) => {
      await expect(call(acme, newId())).rejects.toMatchObject(missing);
    });

    it.each(calls)('%s finds no conversation by what is no id', async (_rpc, call) => {
      await expect(call(acme, "x' or '1'='1\0")).rejects.toMatchObject(missing);
    });

    it.each(calls)('%s finds no conversation of another tenant', async (_rpc, call) => {
      const id = await begin('ours');
      await expect(call(globex, id)).rejects.toMatchObject(missing);
    });

    it('never shows one tenant what another said', async () => {
      const step = fc.record({
        tenant: fc.constantFrom('acme', 'globex'),
        place: fc.nat({ max: 3 }),
        action: fc.constantFrom('create', 'append', 'window', 'list', 'delete'),
      });
      const ids: string[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          for (const { tenant, place, action } of steps) {
            const client = tenant === 'acme' ? acme : globex;
            const id = ids.at(-1 - place) ?? newId();
            const work = {
              create: async () =>
                void ids.push((await client.createConversation({ title: tenant })).conversation!.id),
              append: () =>
                client.appendMessages({ conversationId: id, messages: [user(`said at ${tenant}`)] }),
              window: () => client.getWindow({ conversationId: id, maxTokens: 1000 }),
              list: () => client.listConversations({}),
              delete: () => client.deleteConversation({ id }),
            }[action];
            const seen = JSON.stringify((await work().catch(() => undefined)) ?? '');
            expect(seen).not.toContain(tenant === 'acme' ? 'globex' : 'acme');
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});
