import { notFound, type WeftError } from '@weft/errors';
import { abortReason, publicError, untilAborted } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type Collection } from './collection';
import { type CollectionStore } from './collection-store';
import { type IndexedDocument, type StoredDocument } from './document';
import { checkInputs, type DocumentDraft, type DocumentInput, draftOf, factsOf } from './document-draft';
import { type DocumentStore } from './document-store';
import { EmbeddingBatcher } from './embedding-batcher';
import { type IngestEvent, type IngestResult } from './ingest-event';
import { type DocumentClaim } from './ingestions/ingestion';
import { type DocumentParser } from './parsing/document-parser';
import { ParseError, parseFailureError, tooLarge } from './parsing/parse-failure';
import { type ParsedDocument, type ParseLimits } from './parsing/parse-request';
import { type Stemmer } from './stemmer';
import { type EmbeddedTexts, type EmbeddingCall, type TextEmbedder } from './text-embedder';

/** Documents to ingest into a collection. */
export interface IngestRequest {
  collection: string;
  documents: readonly DocumentInput[];
  /** The path of the documents in the caller's request, for what is wrong with them. */
  field: string;
  /** Under which claim the one document is worked on: what stores it settles the claim. */
  claim?: DocumentClaim;
}

/** What an ingestion works with. */
export interface IngestPorts {
  collections: CollectionStore;
  documents: DocumentStore;
  parser: DocumentParser;
  stemmer: Stemmer;
  embedder: TextEmbedder;
}

export interface IngestLimits extends ParseLimits {
  documentBytesMax: number;
  embeddingBatchSize: number;
  embeddingConcurrency: number;
}

/** So much is read and embedded ahead of the document that is stored next. */
const aheadDocumentsMax = 64;
const aheadBytesMax = 8 * 1024 * 1024;

/** What a document is before it is stored: ready, there already, or failed. */
type Prepared = { document: IndexedDocument } | { unchanged: StoredDocument } | { error: WeftError };

/** One ingestion on its way. */
interface Ingestion {
  tenantId: string;
  collection: Collection;
  drafts: readonly DocumentDraft[];
  earlier: ReadonlyMap<string, StoredDocument>;
  batcher: EmbeddingBatcher;
  claim: DocumentClaim | undefined;
  call: EmbeddingCall;
  emit(event: IngestEvent): Promise<void>;
}

/** Reads, cuts, embeds and stores documents. */
export class IngestDocuments {
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly ports: IngestPorts,
    private readonly limits: IngestLimits,
    private readonly logger: Logger,
  ) {}

  /** Resolves when no ingestion is running. A cancelled one may still store a document after its caller has gone. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /**
   * Documents are read and embedded side by side and stored one after the other, in order, each in a transaction of its own. When the
   * signal is aborted, the one that is being stored is the last.
   *
   * @param emit is told what happens; what it returns is waited for, so a slow listener slows the work
   * @throws WeftError NOT_FOUND when there is no such collection, INVALID_ARGUMENT for what can never be stored
   */
  ingest(
    tenantId: string,
    request: IngestRequest,
    call: EmbeddingCall,
    emit: (event: IngestEvent) => Promise<void>,
  ): Promise<IngestResult[]> {
    const work = this.begin(tenantId, request, call, emit).finally(() => this.running.delete(work));
    this.running.add(work);
    return work;
  }

  private async begin(
    tenantId: string,
    request: IngestRequest,
    call: EmbeddingCall,
    emit: (event: IngestEvent) => Promise<void>,
  ): Promise<IngestResult[]> {
    checkInputs(request.documents, request.field);
    const [collection] = await this.ports.collections.find(tenantId, [request.collection]);
    if (collection === undefined) throw notFound('collection', request.collection);
    const drafts = request.documents.map(draftOf);
    const stored = await this.ports.documents.findByUris(
      tenantId,
      collection.id,
      drafts.map(({ uri }) => uri),
    );
    const batcher = new EmbeddingBatcher({
      embedder: this.ports.embedder,
      model: collection.embeddingModel,
      call,
      batchSize: this.limits.embeddingBatchSize,
      concurrency: this.limits.embeddingConcurrency,
    });
    const earlier = new Map(stored.map((document) => [document.uri, document]));
    const { claim } = request;
    return this.run({ tenantId, collection, drafts, earlier, batcher, claim, call, emit });
  }

  private async run(ingestion: Ingestion): Promise<IngestResult[]> {
    const { drafts, call } = ingestion;
    const results: IngestResult[] = [];
    const preparing: Promise<Prepared>[] = [];
    let aheadBytes = 0;
    for (let index = 0; index < drafts.length; index += 1) {
      while (preparing.length < drafts.length && hasRoom(preparing.length - index, aheadBytes)) {
        aheadBytes += drafts[preparing.length]!.content.byteLength;
        preparing.push(this.prepare(ingestion, preparing.length));
      }
      const prepared = await untilAborted(preparing[index]!, call.signal);
      aheadBytes -= drafts[index]!.content.byteLength;
      const result = await this.finish(ingestion, index, prepared);
      results.push(result);
      await ingestion.emit({ kind: 'result', index, result });
    }
    return results;
  }

  /** Never rejects, since nobody may be waiting: what goes wrong is the document's failure. */
  private async prepare(ingestion: Ingestion, index: number): Promise<Prepared> {
    const { collection, call } = ingestion;
    const draft = ingestion.drafts[index]!;
    const progress = (stage: 'parse' | 'embed', chunksDone: number, chunksTotal: number) =>
      ingestion.emit({ kind: 'progress', index, stage, chunksDone, chunksTotal });
    try {
      const earlier = ingestion.earlier.get(draft.uri);
      if (earlier?.fingerprint === draft.fingerprint && isFirstOfUri(ingestion.drafts, index)) {
        return { unchanged: earlier };
      }
      await progress('parse', 0, 0);
      const parsed = await this.parse(draft, collection, call.signal);
      await progress('embed', 0, parsed.chunks.length);
      const texts = parsed.chunks.map(({ embeddingText }) => embeddingText);
      const embedded = await ingestion.batcher.embed(texts, (done) => {
        progress('embed', done, texts.length).catch(() => undefined);
      });
      return { document: await this.index(ingestion.tenantId, draft, parsed, embedded) };
    } catch (error) {
      return { error: this.errorOf(error) };
    }
  }

  private parse(draft: DocumentDraft, collection: Collection, signal: AbortSignal): Promise<ParsedDocument> {
    const { documentBytesMax, chunksMax, expandedBytesMax } = this.limits;
    if (draft.content.byteLength > documentBytesMax) {
      throw tooLarge('bytes', documentBytesMax, draft.content.byteLength);
    }
    const { content, mediaType, uri, title } = draft;
    const limits = { chunksMax, expandedBytesMax };
    return this.ports.parser.parse(
      { content, mediaType, uri, title, chunking: collection.chunking, limits },
      signal,
    );
  }

  private async index(
    tenantId: string,
    draft: DocumentDraft,
    parsed: ParsedDocument,
    embedded: EmbeddedTexts,
  ): Promise<IndexedDocument> {
    const words = new Set(parsed.chunks.flatMap((chunk) => chunk.words));
    const stems = await this.ports.stemmer.stems(tenantId, words);
    return {
      uri: draft.uri,
      title: parsed.title,
      mediaType: parsed.mediaType,
      contentHash: draft.contentHash,
      fingerprint: draft.fingerprint,
      sizeBytes: draft.content.byteLength,
      metadata: draft.metadata,
      text: parsed.text,
      embeddingModel: embedded.model,
      dimensions: embedded.dimensions,
      chunks: parsed.chunks.map((chunk, index) => ({
        start: chunk.start,
        end: chunk.end,
        headings: chunk.headings,
        text: chunk.text,
        vector: embedded.vectors[index]!,
        terms: countTerms(chunk.words, chunk.wordCounts, stems),
      })),
    };
  }

  private async finish(ingestion: Ingestion, index: number, prepared: Prepared): Promise<IngestResult> {
    const { tenantId, collection, claim, call } = ingestion;
    if ('unchanged' in prepared) return { outcome: 'unchanged', document: prepared.unchanged };
    if ('error' in prepared) return this.failed(ingestion, index, prepared.error);
    const chunks = prepared.document.chunks.length;
    await ingestion.emit({
      kind: 'progress',
      index,
      stage: 'store',
      chunksDone: chunks,
      chunksTotal: chunks,
    });
    if (call.signal.aborted) throw abortReason(call.signal);
    try {
      return await this.ports.documents.put(tenantId, collection, prepared.document, claim);
    } catch (error) {
      return this.failed(ingestion, index, this.errorOf(error));
    }
  }

  private async failed(ingestion: Ingestion, index: number, error: WeftError): Promise<IngestResult> {
    if (ingestion.call.signal.aborted) throw abortReason(ingestion.call.signal);
    const draft = ingestion.drafts[index]!;
    // An earlier document of the same request may have stored a version by now.
    const [earlier] = await this.ports.documents.findByUris(ingestion.tenantId, ingestion.collection.id, [
      draft.uri,
    ]);
    return { outcome: 'failed', given: factsOf(draft), error, earlier };
  }

  private errorOf(error: unknown): WeftError {
    const shown = publicError(error instanceof ParseError ? parseFailureError(error) : error);
    if (shown.code === 'INTERNAL') this.logger.error({ err: error }, 'a document was not ingested');
    return shown;
  }
}

function hasRoom(aheadDocuments: number, aheadBytes: number): boolean {
  return aheadDocuments === 0 || (aheadDocuments < aheadDocumentsMax && aheadBytes < aheadBytesMax);
}

/** Of several documents with one uri only the first can be told from what was stored before the request. */
function isFirstOfUri(drafts: readonly DocumentDraft[], index: number): boolean {
  return drafts.findIndex(({ uri }) => uri === drafts[index]!.uri) === index;
}

function countTerms(
  words: readonly string[],
  counts: readonly number[],
  stems: ReadonlyMap<string, string>,
): Map<string, number> {
  const terms = new Map<string, number>();
  words.forEach((word, index) => {
    const stem = stems.get(word);
    if (stem !== undefined) terms.set(stem, (terms.get(stem) ?? 0) + counts[index]!);
  });
  return terms;
}
