import { parentPort } from 'node:worker_threads';
import { detectMediaType } from './media-type';
import { parseDocument } from './parse-document';
import { type ParseFailure, parseFailureOf } from './parse-failure';
import { type ParsedDocument, type ParseRequest } from './parse-request';

/** What the thread answers to each request, one at a time. */
export type ParseReply = { document: ParsedDocument } | { failure: ParseFailure };

parentPort?.on('message', (request: ParseRequest) => {
  void reply(request).then((message) => parentPort?.postMessage(message));
});

async function reply(request: ParseRequest): Promise<ParseReply> {
  try {
    return { document: await parseDocument(request) };
  } catch (error) {
    return { failure: parseFailureOf(error, formatOf(request)) };
  }
}

function formatOf(request: ParseRequest): string {
  try {
    return detectMediaType(request).format;
  } catch {
    return 'a known format';
  }
}
