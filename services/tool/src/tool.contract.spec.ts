import { type common, retrieval, tool } from '@weft/contracts';
import { notFound, unavailable } from '@weft/errors';
import { implement, type RpcContext } from '@weft/rpc';
import { startTestService, type TestService } from '@weft/testing';
import { toolService } from './service';

/** What the stand-in for retrieval was asked, and by whom. */
let asked: { tenantId: string; request: retrieval.SearchDocumentsRequest }[];
let collections: string[];
let failure: Error | undefined;
let passages: Partial<common.Passage>[];

const search = implement(retrieval.SearchServiceDefinition, {
  async searchDocuments(request: retrieval.SearchDocumentsRequest, context: RpcContext) {
    asked.push({ tenantId: context.caller.identity.tenantId, request });
    if (failure !== undefined) throw failure;
    const missing = request.collections.find((name) => !collections.includes(name));
    if (missing !== undefined) throw notFound('collection', missing);
    return { hits: passages.map((passage) => retrieval.SearchHit.fromPartial({ passage })), revisions: {} };
  },
});

const collectionService = implement(retrieval.CollectionServiceDefinition, {
  async listCollections() {
    return {
      collections: collections.map((name) => retrieval.Collection.fromPartial({ name })),
      nextPageToken: '',
    };
  },
  createCollection: () => Promise.reject(new Error('not called')),
  getCollection: () => Promise.reject(new Error('not called')),
  deleteCollection: () => Promise.reject(new Error('not called')),
});

let service: TestService;
let client: ReturnType<typeof connect>;

function connect() {
  return service.client(tool.ToolServiceDefinition, { tenantId: 'acme' });
}

async function invoke(name: string, args: object, granted: string[] = []) {
  const response = await client.invokeTool({
    name,
    argumentsJson: JSON.stringify(args),
    grant: { collections: granted },
  });
  return { isError: response.isError, result: JSON.parse(response.resultJson) as Record<string, unknown> };
}

beforeAll(async () => {
  service = await startTestService(toolService, { peers: [search, collectionService] });
  client = connect();
});

afterAll(() => service.stop());

beforeEach(() => {
  asked = [];
  failure = undefined;
  collections = ['docs', 'wiki', 'secret-plans'];
  passages = [{ collection: 'docs', uri: 'a.md', title: 'A', headings: ['One', 'Two'], text: 'The answer.' }];
});

describe('ListTools', () => {
  it('lists the built-in tools by name', async () => {
    const { tools } = await client.listTools({ pageSize: 0, pageToken: '' });
    expect(tools.map(({ name }) => name)).toEqual(['calculator', 'current_time', 'search_documents']);
  });

  it('lists page by page', async () => {
    const first = await client.listTools({ pageSize: 2, pageToken: '' });
    const second = await client.listTools({ pageSize: 2, pageToken: first.nextPageToken });
    expect([second.tools.map(({ name }) => name), second.nextPageToken]).toEqual([['search_documents'], '']);
  });

  it('refuses a token that it did not return', async () => {
    await expect(client.listTools({ pageSize: 2, pageToken: 'nope' })).rejects.toMatchObject({
      violations: [{ field: 'page_token' }],
    });
  });
});

describe('GetTool', () => {
  it('gets a tool with the schema of its arguments', async () => {
    const { tool: found } = await client.getTool({ name: 'calculator' });
    expect(JSON.parse(found!.parametersSchemaJson)).toMatchObject({
      type: 'object',
      required: ['expression'],
      additionalProperties: false,
    });
  });

  it.each(['none', 'constructor', '__proto__'])('answers NOT_FOUND to %s', async (name) => {
    await expect(client.getTool({ name })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'TOOL_NOT_FOUND',
    });
  });
});

describe('InvokeTool', () => {
  it('answers NOT_FOUND to a tool that there is not', async () => {
    await expect(
      client.invokeTool({ name: 'none', argumentsJson: '', grant: undefined }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('calculates', async () => {
    expect(await invoke('calculator', { expression: '(12.5 + 3) * 2^10' })).toEqual({
      isError: false,
      result: { result: '15872' },
    });
  });

  it('shows a broken result to 20 digits', async () => {
    expect((await invoke('calculator', { expression: '2 / 3' })).result).toEqual({
      result: '0.66666666666666666667',
    });
  });

  it('shows a very long result in short', async () => {
    expect((await invoke('calculator', { expression: '1000!' })).result).toEqual({
      result: '4.0238726007709377354e+2567',
    });
  });

  it('tells the model what is wrong with an expression', async () => {
    expect(await invoke('calculator', { expression: '1 / 0' })).toEqual({
      isError: true,
      result: { error: 'The expression has no value: a number is divided by zero.' },
    });
  });

  it('tells the time without any arguments', async () => {
    const { resultJson } = await client.invokeTool({
      name: 'current_time',
      argumentsJson: '',
      grant: undefined,
    });
    expect(JSON.parse(resultJson)).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
      timezone: 'UTC',
    });
  });

  it.each([
    ['search_documents', {}, [{ field: 'arguments.query', description: 'must be set' }]],
    [
      'search_documents',
      { query: '' },
      [{ field: 'arguments.query', description: 'must NOT have fewer than 1 characters' }],
    ],
    [
      'search_documents',
      { query: 'x', top_k: 21 },
      [{ field: 'arguments.top_k', description: 'must be <= 20' }],
    ],
    [
      'search_documents',
      { query: 'x', top_k: 1.5 },
      [{ field: 'arguments.top_k', description: 'must be integer' }],
    ],
    [
      'calculator',
      { expression: '1'.repeat(1001) },
      [{ field: 'arguments.expression', description: 'must NOT have more than 1000 characters' }],
    ],
    [
      'current_time',
      { timezone: 'Mars/Olympus' },
      [{ field: 'arguments.timezone', description: 'must be an IANA time zone, such as Europe/Berlin' }],
    ],
    [
      'calculator',
      { expression: 7, variables: {} },
      [
        { field: 'arguments.variables', description: 'is not an argument of this tool' },
        { field: 'arguments.expression', description: 'must be string' },
      ],
    ],
  ])('refuses %s with the arguments %.60j, naming each', async (name, args, violations) => {
    await expect(invoke(name, args)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', violations });
  });

  it('refuses an argument named `__proto__`', async () => {
    const request = {
      name: 'search_documents',
      argumentsJson: '{"query":"x","__proto__":{"top_k":1}}',
      grant: undefined,
    };
    await expect(client.invokeTool(request)).rejects.toMatchObject({
      violations: [{ field: 'arguments.__proto__' }],
    });
  });

  it('refuses arguments that are no JSON', async () => {
    const request = { name: 'calculator', argumentsJson: '{"expression": ', grant: undefined };
    await expect(client.invokeTool(request)).rejects.toMatchObject({
      violations: [{ field: 'arguments_json' }],
    });
  });
});

describe('search_documents', () => {
  it('returns passages with their sources', async () => {
    expect(await invoke('search_documents', { query: 'what?', collection: 'docs' })).toEqual({
      isError: false,
      result: {
        passages: [
          {
            number: 1,
            collection: 'docs',
            uri: 'a.md',
            title: 'A',
            headings: ['One', 'Two'],
            text: 'The answer.',
          },
        ],
      },
    });
  });

  it('asks retrieval as the tenant that called', async () => {
    await invoke('search_documents', { query: 'what?', collection: 'docs', top_k: 3 });
    expect(asked).toEqual([
      {
        tenantId: 'acme',
        request: {
          query: 'what?',
          collections: ['docs'],
          topK: 3,
          mode: retrieval.SearchMode.HYBRID,
          filter: undefined,
        },
      },
    ]);
  });

  it('searches every granted collection when none is named', async () => {
    await invoke('search_documents', { query: 'what?' }, ['docs', 'wiki']);
    expect(asked[0]!.request.collections).toEqual(['docs', 'wiki']);
  });

  it('searches every collection of the tenant when nothing is bound and none is named', async () => {
    await invoke('search_documents', { query: 'what?' });
    expect(asked[0]!.request.collections).toEqual(['docs', 'wiki', 'secret-plans']);
  });

  it('does not search a collection outside of the grant', async () => {
    await invoke('search_documents', { query: 'what?', collection: 'secret-plans' }, ['docs']);
    expect(asked).toEqual([]);
  });

  it('answers alike to a collection outside of the grant and to one that there is not', async () => {
    const outside = await invoke('search_documents', { query: 'what?', collection: 'secret-plans' }, [
      'docs',
    ]);
    const missing = await invoke('search_documents', { query: 'what?', collection: 'no-such' });
    expect(outside).toEqual({ ...missing, isError: true });
  });

  it('asks the model to name a collection where there are more than are searched at once', async () => {
    collections = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const { isError, result } = await invoke('search_documents', { query: 'what?' });
    expect([isError, asked.length, result['error']]).toEqual([
      true,
      0,
      expect.stringContaining('Name one as `collection`: c0, c1,'),
    ]);
  });

  it('says so where there is no collection', async () => {
    collections = [];
    expect(await invoke('search_documents', { query: 'what?' })).toEqual({
      isError: true,
      result: { error: 'There is no collection to search.' },
    });
  });

  it('answers with an error while retrieval is away', async () => {
    failure = unavailable('RETRIEVAL_AWAY', 'Retrieval is away.');
    expect(await invoke('search_documents', { query: 'what?', collection: 'docs' })).toEqual({
      isError: true,
      result: { error: 'Retrieval is away.' },
    });
  });

  it('counts the passages that would make its result too long', async () => {
    passages = Array.from({ length: 8 }, () => ({ text: 'x'.repeat(8000) }));
    const { result } = await invoke('search_documents', { query: 'what?', collection: 'docs' });
    expect([(result['passages'] as unknown[]).length, result['omitted']]).toEqual([5, 3]);
  });
});
