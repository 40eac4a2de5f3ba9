import { notFound } from '@weft/errors';
import { builtinDimensions, builtinModelName } from './builtin/builtin-model';
import { type EmbeddingProvider } from './embedding-provider';
import { type ModelDimensions } from './model-dimensions';

/** A model as it is listed. */
export interface ListedModel {
  name: string;
  provider: string;
  /** 0 until it is known. */
  dimensions: number;
  default: boolean;
}

/** Which provider serves which model: the built-in one its own, and a remote one every other name. */
export class ModelRegistry {
  constructor(
    private readonly options: {
      builtin: EmbeddingProvider;
      remote: EmbeddingProvider | undefined;
      defaultModel: string;
      dimensions: ModelDimensions;
    },
  ) {
    options.dimensions.check(builtinModelName, builtinDimensions);
  }

  /**
   * @param name empty: the default model
   * @throws WeftError NOT_FOUND `MODEL_NOT_FOUND` when no provider can have it
   */
  resolve(name: string): { model: string; provider: EmbeddingProvider } {
    const { builtin, remote, defaultModel } = this.options;
    const model = name === '' ? defaultModel : name;
    if (model === builtinModelName) return { model, provider: builtin };
    // PostgreSQL could not keep such a name, and no provider has one.
    if (remote === undefined || model.includes('\0') || !model.isWellFormed()) throw notFound('model', model);
    return { model, provider: remote };
  }

  /** The models that are known without asking a provider, by name. */
  list(): ListedModel[] {
    const { defaultModel, dimensions } = this.options;
    const names = [...new Set([builtinModelName, defaultModel])].sort();
    return names.map((name) => ({
      name,
      provider: this.resolve(name).provider.name,
      dimensions: dimensions.of(name),
      default: name === defaultModel,
    }));
  }
}
