import { type WeftError } from '@weft/errors';
import { type StoredDocument } from './document';
import { type DocumentFacts } from './document-draft';

/** What became of one document. */
export type IngestResult =
  | { outcome: 'created' | 'replaced' | 'unchanged'; document: StoredDocument }
  | {
      outcome: 'failed';
      given: DocumentFacts;
      error: WeftError;
      /** The version that is stored, and still found. */
      earlier: StoredDocument | undefined;
    };

/** What happens while documents are ingested. Results come in the order of the documents. */
export type IngestEvent =
  | {
      kind: 'progress';
      index: number;
      stage: 'parse' | 'embed' | 'store';
      chunksDone: number;
      chunksTotal: number;
    }
  | { kind: 'result'; index: number; result: IngestResult };
