import { common, retrieval } from '@weft/contracts';
import { type ChatRun, lastQuestion, stepCall } from './chat-run';

const topKDefault = 6;

const modes: Record<string, retrieval.SearchMode> = {
  hybrid: retrieval.SearchMode.HYBRID,
  vector: retrieval.SearchMode.VECTOR,
  keyword: retrieval.SearchMode.KEYWORD,
};

/** Finds the passages that the last question is about; none when the assistant looks nowhere or nothing was asked. */
export async function searchPassages(run: ChatRun, messages: common.Message[]): Promise<common.Passage[]> {
  const settings = run.target.assistant?.spec?.retrieval;
  const query = lastQuestion(messages, common.Role.USER).slice(0, 10_000);
  if (settings === undefined || query.trim() === '') return [];
  return await run.trace.step('search', async (attributes) => {
    const { hits } = await run.peers.client(retrieval.SearchServiceDefinition).searchDocuments(
      {
        collections: settings.collections,
        query,
        mode: modes[settings.mode] ?? retrieval.SearchMode.HYBRID,
        topK: settings.topK || topKDefault,
      },
      stepCall(run),
    );
    attributes['collections'] = settings.collections.join(',');
    attributes['passages'] = String(hits.length);
    return hits.map(({ passage }, index) => ({ ...passage!, number: index + 1 }));
  });
}
