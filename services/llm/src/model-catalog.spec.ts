import { silentLogger } from '@weft/runtime';
import { ExtractiveProvider } from './builtin/extractive-provider';
import { type LanguageModelProvider, type ProviderModel } from './language-model-provider';
import { ModelCatalog } from './model-catalog';
import { ModelList } from './model-list';

const model = (name: string, isChatModel = true): ProviderModel => ({
  name,
  contextWindowTokens: 8192,
  supportsTools: isChatModel,
  isChatModel,
  description: `about ${name}`,
});

/** A catalog over a provider that lists these models, or whose list cannot be had. */
function catalogOf(models?: ProviderModel[] | 'down', defaultModel?: string): Promise<ModelCatalog> {
  const listModels = async () => {
    if (!Array.isArray(models)) throw new Error('down');
    return models;
  };
  const openai: LanguageModelProvider = Object.assign(new ExtractiveProvider(), {
    name: 'openai',
    listModels,
  });
  const provider = models === undefined ? undefined : new ModelList(openai, 60_000, silentLogger);
  return ModelCatalog.create({ builtin: new ExtractiveProvider(), provider, defaultModel });
}

async function resolved(catalog: ModelCatalog, name: string) {
  const { provider, model: target } = await catalog.resolve(name);
  return [provider.name, target];
}

describe('ModelCatalog', () => {
  it('knows the built-in model with and without a provider', async () => {
    const catalogs = [await catalogOf(), await catalogOf([]), await catalogOf('down')];
    const answers = await Promise.all(catalogs.map((catalog) => resolved(catalog, 'builtin-extractive')));
    expect(answers).toEqual(Array(3).fill(['builtin', 'builtin-extractive']));
  });

  it("knows the provider's models", async () => {
    expect(await resolved(await catalogOf([model('m')]), 'm')).toEqual(['openai', 'm']);
  });

  it.each([[undefined], [[model('m')]]])('does not know any other (%j)', async (models) => {
    const catalog = await catalogOf(models);
    await expect(catalog.resolve('other')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'MODEL_NOT_FOUND',
    });
  });

  it("passes any name on when the provider's list cannot be had", async () => {
    expect(await resolved(await catalogOf('down'), 'other')).toEqual(['openai', 'other']);
  });

  describe('default', () => {
    it('means the built-in model without a provider', async () => {
      expect(await resolved(await catalogOf(), 'default')).toEqual(['builtin', 'builtin-extractive']);
    });

    it("means the provider's first chat model", async () => {
      const models = [model('embedder', false), model('z-chat'), model('a-chat')];
      expect(await resolved(await catalogOf(models), 'default')).toEqual(['openai', 'z-chat']);
    });

    it('means what the setting says', async () => {
      expect(await resolved(await catalogOf([model('a'), model('b')], 'b'), 'default')).toEqual([
        'openai',
        'b',
      ]);
    });

    it('means what the setting says when the list cannot be had', async () => {
      expect(await resolved(await catalogOf('down', 'b'), 'default')).toEqual(['openai', 'b']);
    });

    it("is not the built-in model when a provider's list cannot be had", async () => {
      const catalog = await catalogOf('down');
      await expect(catalog.resolve('default')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        reason: 'MODELS_UNKNOWN',
      });
    });
  });

  describe('list', () => {
    it('has all models by name, and default among them', async () => {
      const models = await (await catalogOf([model('z'), model('a')])).list();
      expect(models.map(({ name, provider }) => `${provider}/${name}`)).toEqual([
        'openai/a',
        'builtin/builtin-extractive',
        'openai/default',
        'openai/z',
      ]);
    });

    it('says what default means', async () => {
      const models = await (await catalogOf([model('z')])).list();
      expect(models.find(({ name }) => name === 'default')).toEqual({
        name: 'default',
        provider: 'openai',
        contextWindowTokens: 8192,
        supportsTools: true,
        description: "Means 'z'.",
      });
    });

    it('has the built-in model when the provider is down', async () => {
      const models = await (await catalogOf('down')).list();
      expect(models.map(({ name }) => name)).toEqual(['builtin-extractive']);
    });
  });
});
