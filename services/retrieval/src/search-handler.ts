import { retrieval } from '@weft/contracts';
import { type RpcContext } from '@weft/rpc';
import { type SearchDocuments, type SearchHit, type SearchQuestion } from './search-documents';

/** The RPCs of SearchService. */
export function createSearchHandler(searchDocuments: SearchDocuments) {
  return {
    async searchDocuments(request: retrieval.SearchDocumentsRequest, context: RpcContext) {
      const { collections, query, topK, filter } = request;
      const question: SearchQuestion = { collections, query, mode: modeOf(request.mode), topK, filter };
      const answer = await searchDocuments.search(context.caller.identity.tenantId, question, context);
      return { hits: answer.hits.map(hitMessage), revisions: Object.fromEntries(answer.revisions) };
    },
  };
}

function modeOf(mode: retrieval.SearchMode): SearchQuestion['mode'] {
  if (mode === retrieval.SearchMode.VECTOR) return 'vector';
  return mode === retrieval.SearchMode.KEYWORD ? 'keyword' : 'hybrid';
}

function hitMessage(hit: SearchHit, index: number): retrieval.SearchHit {
  return {
    passage: {
      number: index + 1,
      documentId: hit.documentId,
      collection: hit.collection,
      chunkId: `${hit.documentId}:${hit.ordinal}`,
      uri: hit.uri,
      title: hit.title,
      headings: hit.headings,
      text: hit.text,
      startOffset: hit.start,
      endOffset: hit.end,
      score: hit.score,
    },
    vectorScore: hit.vectorScore,
    keywordScore: hit.keywordScore,
    metadata: hit.metadata,
  };
}
