import { common, llm, memory, prompt, retrieval, safety, tool, cache } from '@weft/contracts';
import { notFound, WeftError } from '@weft/errors';
import { implement, type RpcService } from '@weft/rpc';

/** What a scripted model does in one call: emits text and tool calls in order, then ends, fails, cuts the stream or stalls. */
export interface ScriptedTurn {
  texts?: string[];
  toolCalls?: { id: string; name: string; argumentsJson: string }[];
  end?: 'completed' | 'failed' | 'cut' | 'stall' | 'refuse';
  /** Waited for between the texts and the rest. */
  waitFor?: Promise<void>;
  /** What a refusal says of calls to the provider; left out, it says nothing. */
  refusal?: { provider_calls: string; provider_refusals: string; provider: string };
  /** The calls to the provider that failed before the one that answers. */
  failedCalls?: Partial<llm.FailedProviderCall>[];
}

/** Stand-ins for the services that the orchestrator calls, and what they saw. */
export interface FakePeers {
  services: RpcService[];
  /** The model's next calls, in order; the last one repeats. */
  turns: ScriptedTurn[];
  /** The requests that reached the model. */
  modelRequests: llm.GenerateRequest[];
  /** Model calls that ended well. */
  modelEnds: number;
  /** Screening of input waits for it. */
  holdScreening: PromiseWithResolvers<void> | undefined;
  /** Aborted signals of model calls. */
  modelAborts: number;
  /** Screened streams of text that were read to their end, and those that were left before. */
  screensRead: number;
  screensLeft: number;
  /** Words that safety refuses in input, and redacts in output. */
  blockedWord: string;
  redactedWord: string;
  passages: Partial<common.Passage>[];
  searches: string[];
  revision: number;
  appended: common.Message[];
  toolCalls: { name: string; argumentsJson: string; collections: string[] }[];
  /** The idempotency keys of tool calls, in order. */
  toolKeys: string[];
  cacheEntries: Map<string, cache.CacheEntry>;
  /** Its promise resolves when a model call has sent its texts and stalls. */
  stall: PromiseWithResolvers<void>;
}

export function createFakePeers(): FakePeers {
  const fake: FakePeers = {
    services: [],
    turns: [{ texts: ['Hello', ' world'], end: 'completed' }],
    modelRequests: [],
    modelEnds: 0,
    holdScreening: undefined,
    modelAborts: 0,
    screensRead: 0,
    screensLeft: 0,
    blockedWord: 'FORBIDDEN',
    redactedWord: 'SECRET',
    passages: [],
    searches: [],
    revision: 1,
    appended: [],
    toolCalls: [],
    toolKeys: [],
    cacheEntries: new Map(),
    stall: Promise.withResolvers<void>(),
  };
  fake.services.push(
    fakeModel(fake),
    fakeSafety(fake),
    fakeSearch(fake),
    fakeCollections(fake),
    fakeMemory(fake),
    fakePrompt(),
    fakeTools(fake),
    fakeCache(fake),
  );
  return fake;
}

/** Has the stand-ins forget what they saw and what they were scripted: the services stay. */
export function renewFakePeers(fake: FakePeers): void {
  const { services: _, ...fresh } = createFakePeers();
  Object.assign(fake, fresh);
}

const usage = { inputTokens: 10, outputTokens: 5 };

function fakeModel(fake: FakePeers): RpcService {
  const nextTurn = (request: llm.GenerateRequest): ScriptedTurn => {
    fake.modelRequests.push(request);
    const turn = fake.turns.length > 1 ? fake.turns.shift()! : fake.turns[0]!;
    if (turn.end === 'refuse') {
      throw new WeftError('RESOURCE_EXHAUSTED', 'PROVIDER_RATE_LIMITED', 'slow down', {
        retryDelayMs: 3000,
        metadata: { hint: 'later', ...turn.refusal },
      });
    }
    return turn;
  };
  const finishReason = (turn: ScriptedTurn) =>
    turn.toolCalls ? common.FinishReason.TOOL_CALLS : common.FinishReason.STOP;
  return implement(llm.LlmServiceDefinition, {
    async generate(request, { signal }) {
      const turn = nextTurn(request);
      if (turn.end === 'stall') await stall(fake, signal);
      return {
        message: {
          role: common.Role.ASSISTANT,
          content: (turn.texts ?? []).join(''),
          toolCalls: turn.toolCalls ?? [],
        },
        finishReason: finishReason(turn),
        usage,
        provider: 'fake',
        providerModel: 'fake-model',
        failedCalls: turn.failedCalls ?? [],
      };
    },
    async *streamGenerate({ call }, { signal }) {
      const turn = nextTurn(call!);
      let sequence = 0;
      for await (const event of turnEvents(turn, signal)) {
        sequence += 1;
        yield { sequence, event };
      }
    },
  });

  async function* turnEvents(turn: ScriptedTurn, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const failedCalls = (turn.failedCalls ?? []).map((call) => llm.FailedProviderCall.fromPartial(call));
    yield { $case: 'started', value: { provider: 'fake', providerModel: 'fake-model', failedCalls } };
    for (const text of turn.texts ?? []) yield { $case: 'text', value: { text } };
    await turn.waitFor;
    for (const [index, toolCall] of (turn.toolCalls ?? []).entries()) {
      yield { $case: 'toolCall', value: { index, ...toolCall } };
    }
    if (turn.end === 'stall') await stall(fake, signal);
    if (turn.end === 'cut') return;
    const counted = common.Usage.fromPartial(usage);
    if (turn.end === 'failed') {
      const error = common.ErrorStatus.fromPartial({
        code: 14,
        reason: 'PROVIDER_STREAM_TRUNCATED',
        message: 'cut',
      });
      yield { $case: 'failed', value: { error, usage: counted } };
      return;
    }
    fake.modelEnds += 1;
    yield { $case: 'completed', value: { finishReason: finishReason(turn), usage: counted } };
  }
}

type ModelEvent = NonNullable<llm.StreamGenerateResponse['event']>;

function stall(fake: FakePeers, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      fake.modelAborts += 1;
      reject(signal.reason as Error);
    });
    fake.stall.resolve();
  });
}

function fakeSafety(fake: FakePeers): RpcService {
  const screen = (text: string) => text.replaceAll(fake.redactedWord, '[SECRET]');
  return implement(safety.SafetyServiceDefinition, {
    async screenText({ texts, direction }) {
      if (direction === safety.Direction.INPUT) await fake.holdScreening?.promise;
      const blockedIndex = texts.findIndex((text) => text.includes(fake.blockedWord));
      const finding = {
        kind: safety.EntityKind.SECRET,
        action: safety.Action.BLOCK,
        textIndex: blockedIndex,
      };
      const blocked = blockedIndex >= 0;
      return {
        texts: texts.map((text) => (blocked ? '' : screen(text))),
        blocked,
        findings: blocked ? [finding] : [],
        policy: 'default',
        policyVersion: 1,
      };
    },
    async *streamScreenText(requests) {
      let held = '';
      let read = false;
      try {
        for await (const { text, end } of requests) {
          held += text;
          const blocked = held.includes(fake.blockedWord);
          // Holds the last word back, as a real screen holds what may become a finding.
          const cut = end ? held.length : held.lastIndexOf(' ') + 1;
          yield blocked ? { released: '', blocked } : { released: screen(held.slice(0, cut)), end };
          held = held.slice(cut);
          read = blocked || end;
          if (read) return;
        }
      } finally {
        if (read) fake.screensRead += 1;
        else fake.screensLeft += 1;
      }
    },
  });
}

function fakeSearch(fake: FakePeers): RpcService {
  return implement(retrieval.SearchServiceDefinition, {
    async searchDocuments({ query }) {
      fake.searches.push(query);
      return {
        hits: fake.passages.map((passage, index) => ({ passage: { ...passage, number: index + 1 } })),
      };
    },
  });
}

function fakeCollections(fake: FakePeers): RpcService {
  return implement(retrieval.CollectionServiceDefinition, {
    createCollection: unused,
    async getCollection({ name }) {
      return { collection: { name, revision: fake.revision, createTime: new Date(0) } };
    },
    listCollections: unused,
    deleteCollection: unused,
  });
}

function fakeMemory(fake: FakePeers): RpcService {
  return implement(memory.ConversationServiceDefinition, {
    createConversation: unused,
    getConversation: unused,
    listConversations: unused,
    deleteConversation: unused,
    listMessages: unused,
    async appendMessages({ messages }) {
      fake.appended.push(...messages);
      return {};
    },
    async getWindow({ conversationId }) {
      if (conversationId !== 'known') throw notFound('conversation', conversationId);
      return {
        messages: [{ number: 1, message: { role: common.Role.USER, content: 'earlier' } }],
        tokenCount: 1,
      };
    },
  });
}

function fakePrompt(): RpcService {
  const schema = JSON.stringify({
    type: 'object',
    properties: { context: {}, question: {} },
    additionalProperties: false,
  });
  return implement(prompt.PromptServiceDefinition, {
    createPrompt: unused,
    getPrompt: unused,
    listPrompts: unused,
    deletePrompt: unused,
    createPromptVersion: unused,
    async getPromptVersion({ prompt: name, label }) {
      if (label !== 'production') throw notFound('prompt version', `${name}:${label}`);
      return { version: { prompt: name, version: 3, digest: 'd3', variablesSchemaJson: schema } };
    },
    listPromptVersions: unused,
    setPromptLabel: unused,
    async renderPrompt({ variables }) {
      const { context, question } = variables as { context: string; question: string };
      return {
        version: 3,
        digest: 'd3',
        messages: [
          { role: common.Role.SYSTEM, content: `Sources:\n${context}` },
          { role: common.Role.USER, content: `Q: ${question}` },
        ],
      };
    },
  });
}

function fakeTools(fake: FakePeers): RpcService {
  return implement(tool.ToolServiceDefinition, {
    listTools: unused,
    async getTool({ name }) {
      return { tool: { name, description: `the tool ${name}`, parametersSchemaJson: '{"type":"object"}' } };
    },
    async invokeTool({ name, argumentsJson, grant, idempotencyKey }) {
      fake.toolKeys.push(idempotencyKey);
      fake.toolCalls.push({ name, argumentsJson, collections: grant?.collections ?? [] });
      return { resultJson: '{"value":4}', isError: false };
    },
  });
}

function fakeCache(fake: FakePeers): RpcService {
  const name = (key: cache.CacheKey | undefined) =>
    Buffer.from(cache.CacheKey.encode(key!).finish()).toString('hex');
  return implement(cache.CacheServiceDefinition, {
    async lookupEntry({ key }) {
      return { entry: fake.cacheEntries.get(name(key)) };
    },
    async storeEntry({ key, entry }) {
      fake.cacheEntries.set(name(key), entry!);
      return {};
    },
    purgeEntries: unused,
  });
}

function unused(): Promise<never> {
  return Promise.reject(new WeftError('UNIMPLEMENTED', 'NOT_SCRIPTED', 'This stand-in does not do that.'));
}
