import { type llm } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { defaultModelAlias } from './config';
import { type LanguageModelProvider, type ProviderModel } from './language-model-provider';
import { type ModelList } from './model-list';
import { modelNotFound } from './model-not-found';

/** Which provider answers for a model's name, and by what name it knows the model. */
export interface ResolvedModel {
  provider: LanguageModelProvider;
  model: string;
}

export interface ModelCatalogOptions {
  builtin: LanguageModelProvider;
  /** Undefined when no provider is configured. */
  provider: ModelList | undefined;
  /** What the alias `default` means; undefined leaves it to what there is. */
  defaultModel: string | undefined;
}

/** All models by the names that requests use. A built-in model goes before one of the provider of the same name. */
export class ModelCatalog {
  private constructor(
    private readonly options: ModelCatalogOptions,
    private readonly builtinModels: ReadonlyMap<string, ProviderModel>,
  ) {}

  static async create(options: ModelCatalogOptions): Promise<ModelCatalog> {
    const models = await options.builtin.listModels();
    return new ModelCatalog(options, new Map(models.map((model) => [model.name, model])));
  }

  /**
   * Finds who answers for a name. A name that the provider's list does not have is passed on only when that list cannot be had.
   *
   * @throws WeftError NOT_FOUND `MODEL_NOT_FOUND`; UNAVAILABLE `MODELS_UNKNOWN` for an alias that cannot be resolved now
   */
  async resolve(name: string): Promise<ResolvedModel> {
    if (name === defaultModelAlias) return this.resolve(await this.defaultModel());
    const { builtin, provider: list } = this.options;
    if (this.builtinModels.has(name)) return { provider: builtin, model: name };
    if (list === undefined) throw modelNotFound(name);
    const isKnown = (await list.get())?.has(name) === true;
    if (isKnown || (await list.getFresh())?.has(name) !== false)
      return { provider: list.provider, model: name };
    throw modelNotFound(name);
  }

  /** All models by name, the alias `default` among them. When the provider is down: those known before, and the built-in ones. */
  async list(): Promise<llm.Model[]> {
    const { builtin, provider: list } = this.options;
    const models = new Map<string, llm.Model>();
    for (const model of (await list?.get())?.values() ?? [])
      models.set(model.name, modelOf(model, list!.provider.name));
    for (const model of this.builtinModels.values()) models.set(model.name, modelOf(model, builtin.name));
    const target = await this.defaultModel().catch(() => undefined);
    if (target !== undefined) models.set(defaultModelAlias, aliasOf(target, models.get(target)));
    return [...models.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Asks for the provider's list, so that no request has to wait for it. */
  async warm(): Promise<void> {
    await this.options.provider?.get();
  }

  private async defaultModel(): Promise<string> {
    const { defaultModel, provider: list } = this.options;
    if (defaultModel !== undefined) return defaultModel;
    if (list === undefined) return this.builtinModels.keys().next().value!;
    const models = [...((await list.get())?.values() ?? [])];
    const first = models.find(({ isChatModel }) => isChatModel) ?? models[0];
    if (first) return first.name;
    throw unavailable(
      'MODELS_UNKNOWN',
      `The model '${defaultModelAlias}' is the provider's first, and its list of models cannot be had. Name a model, or set WEFT_DEFAULT_MODEL.`,
    );
  }
}

function modelOf(
  { name, contextWindowTokens, supportsTools, description }: ProviderModel,
  provider: string,
): llm.Model {
  return { name, provider, contextWindowTokens, supportsTools, description };
}

function aliasOf(target: string, model: llm.Model | undefined): llm.Model {
  return {
    name: defaultModelAlias,
    provider: model?.provider ?? '',
    contextWindowTokens: model?.contextWindowTokens ?? 0,
    supportsTools: model?.supportsTools ?? true,
    description: `Means '${target}'.`,
  };
}
