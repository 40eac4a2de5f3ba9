import { WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { Agent } from 'undici';
import { type OpenAiConfig } from '../config';
import {
  type CallBounds,
  type Generation,
  type GenerationEvent,
  type GenerationRequest,
  type LanguageModelProvider,
  type ProviderModel,
} from '../language-model-provider';
import { collectRefusal } from './collect-refusal';
import { type DeltaQueue } from './delta-queue';
import { exchange, type ExchangeRequest } from './http-exchange';
import { readModelList } from './list-models';
import { errorOfAnswer } from './provider-errors';
import { readWholeBody } from './read-whole-body';
import { requestBody, type TokenLimitParameter } from './request-body';
import { RetryBudget } from './retry-budget';
import { retryOnce } from './retry-once';
import { StreamedAnswer } from './streamed-answer';
import { readGeneration } from './whole-answer';

/** Calls that are in flight at once at the most; others wait for a connection. */
const connectionsMax = 1024;
const listTimeoutMs = 5_000;

/** Answers with the models of an OpenAI-compatible server. */
export class OpenAiProvider implements LanguageModelProvider {
  readonly name = 'openai';
  private readonly agent: Agent;
  private readonly budget = new RetryBudget();
  private readonly origin: string;
  private readonly basePath: string;
  private readonly headers: Record<string, string>;
  private readonly tokenLimit: TokenLimitParameter;

  constructor(
    private readonly config: OpenAiConfig,
    private readonly logger: Logger,
  ) {
    const url = new URL(config.baseUrl);
    this.origin = url.origin;
    this.basePath = url.pathname.replace(/\/$/, '');
    this.tokenLimit = /(^|\.)openai\.(com|azure\.com)$/.test(url.hostname)
      ? 'max_completion_tokens'
      : 'max_tokens';
    this.headers = {
      'content-type': 'application/json',
      'user-agent': 'weft',
      ...(config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` }),
    };
    // HTTP/1.1 alone: ending a call closes its socket, which every server notices at once.
    this.agent = new Agent({
      connections: connectionsMax,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: config.connectTimeoutMs },
    });
  }

  async listModels(): Promise<ProviderModel[]> {
    const answer = await readWholeBody(this.agent, {
      ...this.request('GET', '/models', AbortSignal.timeout(listTimeoutMs)),
      headersTimeoutMs: listTimeoutMs,
    });
    if (answer.status !== 200) throw errorOfAnswer({ ...answer, model: '' });
    return readModelList(answer.body);
  }

  async generate(request: GenerationRequest, bounds: CallBounds): Promise<Generation> {
    const body = requestBody(request, { stream: false, tokenLimit: this.tokenLimit });
    // The headers of a whole answer come when all of it is written, so only the deadline bounds them.
    const call = {
      ...this.chatRequest(bounds),
      body,
      headersTimeoutMs: undefined,
    };
    const attempt = async () => {
      const answer = await readWholeBody(this.agent, call);
      if (answer.status !== 200) throw errorOfAnswer({ ...answer, model: request.model });
      return answer;
    };
    const answer = await this.attempt(attempt, bounds);
    return readGeneration(answer.body, request.model, this.logger);
  }

  async streamGenerate(
    request: GenerationRequest,
    bounds: CallBounds,
  ): Promise<AsyncIterable<GenerationEvent>> {
    const body = requestBody(request, { stream: true, tokenLimit: this.tokenLimit });
    const call = { ...this.chatRequest(bounds), body };
    return this.attempt(() => this.openStream(call, request.model), bounds);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  /** Makes a call, and once more if it failed before the answer began. */
  private attempt<T>(work: () => Promise<T>, bounds: CallBounds): Promise<T> {
    const attempt = async () => {
      try {
        return await work();
      } catch (error) {
        bounds.calls.fail(error);
        throw error;
      }
    };
    return retryOnce(attempt, bounds, this.budget, (error) => this.logRetry(error));
  }

  /** Resolves when the provider has begun to answer. */
  private openStream(call: ExchangeRequest, model: string): Promise<DeltaQueue> {
    return new Promise((resolve, reject) => {
      exchange(this.agent, call, {
        head: (head, control) => {
          if (head.status !== 200) return collectRefusal(head, model, control, reject);
          const answer = new StreamedAnswer(control, model, this.logger);
          resolve(answer.events);
          return answer;
        },
        fail: reject,
      });
    });
  }

  private chatRequest({ signal, calls }: CallBounds): ExchangeRequest {
    return { ...this.request('POST', '/chat/completions', signal), onDispatch: () => calls.begin() };
  }

  private request(method: 'GET' | 'POST', path: string, signal: AbortSignal): ExchangeRequest {
    const { headersTimeoutMs, idleTimeoutMs } = this.config;
    const { origin, headers } = this;
    return { method, origin, path: this.basePath + path, headers, headersTimeoutMs, idleTimeoutMs, signal };
  }

  private logRetry(error: unknown): void {
    const reason = error instanceof WeftError ? error.reason : 'UNKNOWN';
    this.logger.info({ provider: this.name, attempt: 2, reason }, 'the provider is asked once more');
  }
}
