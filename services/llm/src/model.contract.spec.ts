import { llm } from '@weft/contracts';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { startTestService, type TestService } from '@weft/testing';
import { requestOf } from './requests.fixture';
import { llmService } from './service';

describe('ModelService over gRPC', () => {
  let fake: FakeProvider;
  let service: TestService;
  beforeAll(async () => {
    fake = await startFakeProvider({ models: ['gamma', 'alpha', 'beta'] });
    service = await startTestService(llmService, { env: { OPENAI_BASE_URL: fake.baseUrl } });
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
  });

  const client = (tenantId = 'acme') => service.client(llm.ModelServiceDefinition, { tenantId });

  it('lists all models by name', async () => {
    const { models, nextPageToken } = await client().listModels({ pageSize: 0, pageToken: '' });
    expect([models.map(({ name }) => name), nextPageToken]).toEqual([
      ['alpha', 'beta', 'builtin-extractive', 'default', 'gamma'],
      '',
    ]);
  });

  it('lists page by page, each model once', async () => {
    const names: string[] = [];
    let pageToken = '';
    do {
      const page = await client().listModels({ pageSize: 2, pageToken });
      names.push(...page.models.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(names).toEqual(['alpha', 'beta', 'builtin-extractive', 'default', 'gamma']);
  });

  it("refuses another tenant's page token", async () => {
    const { nextPageToken } = await client().listModels({ pageSize: 1, pageToken: '' });
    await expect(client('other').listModels({ pageSize: 1, pageToken: nextPageToken })).rejects.toMatchObject(
      {
        code: 'INVALID_ARGUMENT',
        violations: [expect.objectContaining({ field: 'page_token' })],
      },
    );
  });

  it('gets a model', async () => {
    expect((await client().getModel({ name: 'gamma' })).model).toMatchObject({
      name: 'gamma',
      provider: 'openai',
    });
  });

  it('gets the alias default', async () => {
    expect((await client().getModel({ name: 'default' })).model?.description).toBe("Means 'gamma'.");
  });

  it('does not know any other', async () => {
    await expect(client().getModel({ name: 'delta' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'MODEL_NOT_FOUND',
    });
  });
});

describe('ModelService when the list of the provider cannot be had', () => {
  let fake: FakeProvider;
  let service: TestService;
  beforeAll(async () => {
    fake = await startFakeProvider({ scripts: { default: { endpoint: 'models', error: { status: 500 } } } });
    service = await startTestService(llmService, { env: { OPENAI_BASE_URL: fake.baseUrl } });
  });
  afterAll(async () => {
    await service.stop();
    await fake.close();
  });

  it('lists the built-in model', async () => {
    const client = service.client(llm.ModelServiceDefinition, { tenantId: 'acme' });
    const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
    expect(models.map(({ name }) => name)).toEqual(['builtin-extractive']);
  });

  it('still answers through any model of the provider', async () => {
    const client = service.client(llm.LlmServiceDefinition, { tenantId: 'acme' });
    expect((await client.generate(requestOf('hi', { model: 'whatever' }))).providerModel).toBe('whatever');
  });
});
