import { type ParsedDocument, type ParseRequest } from './parse-request';

/** Reads documents. Rejects with a WeftError that says why a document cannot be ingested. */
export interface DocumentParser {
  /** Waits for its turn; an aborted signal ends the waiting, and the reading too. */
  parse(request: ParseRequest, signal: AbortSignal): Promise<ParsedDocument>;
  close(): Promise<void>;
}
