import { type Logger } from '@weft/runtime';
import { type LanguageModelProvider, type ProviderModel } from './language-model-provider';

/** How long a list that could not be had is not asked for again. */
const retryAfterFailureMs = 5_000;
/** How old a list may be when a name is not in it. */
const missAgeMsMax = 5_000;

/**
 * A provider's models, asked for at most once at a time and kept. A list past its time is still given while a fresh one is
 * fetched; when the provider is down, the last list stands.
 */
export class ModelList {
  private models: ReadonlyMap<string, ProviderModel> | undefined;
  private fetchedAt = -Infinity;
  private failedAt = -Infinity;
  private fetching: Promise<void> | undefined;

  constructor(
    readonly provider: LanguageModelProvider,
    private readonly ttlMs: number,
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The models by name, in the provider's order; undefined when they could never be had. Waits for the first list alone. */
  async get(): Promise<ReadonlyMap<string, ProviderModel> | undefined> {
    if (this.models === undefined) await this.refresh();
    else if (this.now() - this.fetchedAt > this.ttlMs) void this.refresh();
    return this.models;
  }

  /** What is known at once, with nothing asked. */
  peek(): ReadonlyMap<string, ProviderModel> | undefined {
    return this.models;
  }

  /** The models, not older than 5 s if the provider answers; for a name that the list at hand does not have. */
  async getFresh(): Promise<ReadonlyMap<string, ProviderModel> | undefined> {
    if (this.now() - this.fetchedAt > missAgeMsMax) await this.refresh();
    return this.isTrusted() ? this.models : undefined;
  }

  /** Whether the last attempt to fetch the list succeeded. */
  private isTrusted(): boolean {
    return this.fetchedAt >= this.failedAt;
  }

  private refresh(): Promise<void> {
    if (this.now() - this.failedAt < retryAfterFailureMs) return Promise.resolve();
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      const models = await this.provider.listModels();
      this.models = new Map(models.map((model) => [model.name, model]));
      this.fetchedAt = this.now();
    } catch (error) {
      this.failedAt = this.now();
      this.logger.warn(
        { err: error, provider: this.provider.name },
        "the provider's list of models cannot be had",
      );
    }
  }
}
