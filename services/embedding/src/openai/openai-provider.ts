import { abortReason } from '@weft/rpc';
import OpenAI from 'openai';
import { type OpenAiConfig } from '../config';
import { type CallLimits, type EmbeddedTexts, type EmbeddingProvider } from '../embedding-provider';
import { providerError, providerTimeout } from './provider-error';
import { readEmbeddings } from './read-embeddings';

/** OpenAI takes 300,000 tokens a request; text has at least a character a token, save in rare scripts. */
const charactersPerRequest = 200_000;

/** Any server with OpenAI's `POST /embeddings`. One attempt a call: retries are the caller's. */
export class OpenAiProvider implements EmbeddingProvider {
  readonly name = 'openai';
  readonly limits: CallLimits;
  private readonly client: OpenAI;

  constructor(private readonly config: OpenAiConfig) {
    this.limits = { textsMax: config.textsPerRequest, charactersMax: charactersPerRequest, callsAtOnce: 4 };
    this.client = new OpenAI({
      baseURL: config.baseUrl,
      // The client insists on a key; servers that need none ignore it.
      apiKey: config.apiKey ?? 'none',
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off',
    });
  }

  async embed(model: string, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts> {
    if (signal.aborted) throw abortReason(signal);
    // The client tells its own timeout from a lost connection only sometimes; ours is told always, so it comes first.
    const timeout = AbortSignal.timeout(this.config.timeoutMs);
    try {
      const answer = await this.client.embeddings.create(
        { model, input: [...texts], encoding_format: 'base64' },
        { signal: AbortSignal.any([signal, timeout]), timeout: 2 * this.config.timeoutMs },
      );
      return readEmbeddings(answer, texts);
    } catch (error) {
      if (signal.aborted) throw abortReason(signal);
      if (timeout.aborted) throw providerTimeout(this.config.timeoutMs, error);
      throw providerError(error, model);
    }
  }

  async close(): Promise<void> {
    // Each call has let go of its connection.
  }
}
