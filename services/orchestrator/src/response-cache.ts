import { createHash } from 'node:crypto';
import { cache, type common, orchestrator, type prompt, retrieval } from '@weft/contracts';
import { type ChatRun, stepCall } from './chat-run';

const payloadType = 'weft.orchestrator.v1.ChatResponse';

/**
 * The key of a run's answer: everything that shapes it. Undefined when the assistant does not cache.
 * The digest covers the assistant's whole spec and when each collection was made, because both can be deleted and made
 * again under an old name with an old number.
 */
export async function cacheKey(
  run: ChatRun,
  version: prompt.PromptVersion | undefined,
  conversation: common.Message[],
): Promise<cache.CacheKey | undefined> {
  const { assistant } = run.target;
  if (assistant?.spec?.cache === undefined) return undefined;
  const collections = await currentCollections(run, assistant.spec.retrieval?.collections ?? []);
  const digest = createHash('sha256');
  for (const part of [
    orchestrator.AssistantSpec.encode(assistant.spec).finish(),
    orchestrator.ChatRequest.encode({
      ...run.request,
      messages: conversation,
      user: '',
      model: '',
      conversationId: '',
    }).finish(),
    Buffer.from(JSON.stringify(collections.map(({ name, createTime }) => [name, createTime?.getTime()]))),
  ]) {
    digest.update(`${part.length}:`).update(part);
  }
  return {
    assistant: assistant.name,
    assistantVersion: assistant.version,
    model: run.target.model,
    promptDigest: version?.digest ?? '',
    policy: run.trace.policy,
    collectionRevisions: Object.fromEntries(collections.map(({ name, revision }) => [name, revision])),
    requestDigest: digest.digest('hex'),
  };
}

async function currentCollections(run: ChatRun, names: string[]): Promise<retrieval.Collection[]> {
  const client = run.peers.client(retrieval.CollectionServiceDefinition);
  const responses = await Promise.all(names.map((name) => client.getCollection({ name }, stepCall(run))));
  return responses.map(({ collection }) => collection!);
}

/** The answer under a key. A cache that cannot be asked has none: the run goes on without it. */
export async function lookupAnswer(
  run: ChatRun,
  key: cache.CacheKey,
): Promise<orchestrator.ChatResponse | undefined> {
  try {
    return await run.trace.step('lookup_cache', async (attributes) => {
      const { entry } = await run.peers
        .client(cache.CacheServiceDefinition)
        .lookupEntry({ key }, stepCall(run));
      attributes['hit'] = String(entry !== undefined);
      return entry && entry.payloadType === payloadType
        ? orchestrator.ChatResponse.decode(entry.payload)
        : undefined;
    });
  } catch (error) {
    if (run.signal.aborted) throw error;
    return undefined;
  }
}

/** Stores a whole answer. The step's record says when that failed; the answer does not. */
export async function storeAnswer(
  run: ChatRun,
  key: cache.CacheKey,
  answer: orchestrator.ChatResponse,
): Promise<void> {
  const work = run.trace.step('store_cache', async () => {
    await run.peers.client(cache.CacheServiceDefinition).storeEntry(
      {
        key,
        entry: {
          payload: Buffer.from(orchestrator.ChatResponse.encode(answer).finish()),
          payloadType,
          complete: true,
        },
        ttl: run.target.assistant?.spec?.cache?.ttl,
      },
      stepCall(run),
    );
  });
  await work.catch(() => undefined);
}
