import { wordsOf } from '../text-words';
import { type Chunk, chunkText } from './chunk-text';
import { cleanLine } from './clean-text';
import { decodeText } from './decode-text';
import { detectMediaType, type MediaType } from './media-type';
import { parseDocx } from './parse-docx';
import { ParseError, tooLarge } from './parse-failure';
import { declaredHtmlCharset, parseHtml } from './parse-html';
import { parseMarkdown } from './parse-markdown';
import { parsePdf } from './parse-pdf';
import { parsePlainText } from './parse-plain-text';
import { type ParsedChunk, type ParsedDocument, type ParseRequest } from './parse-request';
import { type ParsedBlocks } from './parsed-blocks';
import { layOut } from './structured-text';

const titleLengthMax = 512;
/** Headings and title of a chunk take no more than this of what is embedded. */
const contextLengthMax = 1000;

/**
 * Reads, cleans and cuts a document. Takes as much time as the document is hostile: run it where it can be stopped.
 *
 * @throws ParseError, or whatever a parser throws
 */
export async function parseDocument(request: ParseRequest): Promise<ParsedDocument> {
  const type = detectMediaType(request);
  if (request.content.byteLength === 0) throw empty('It has no bytes.');
  const charactersMax = request.limits.chunksMax * request.chunking.maxCharacters;
  const parsed = await parseBlocks(request, type, charactersMax);
  const structured = layOut(parsed.blocks);
  if (structured.text.trim() === '') {
    throw empty(
      type.format === 'pdf' ? 'Its pages have no text; scanned pages are pictures.' : 'It has no text.',
    );
  }
  if (structured.text.length > charactersMax)
    throw tooLarge('characters of text', charactersMax, structured.text.length);
  const chunks = chunkText(structured, request.chunking);
  if (chunks.length > request.limits.chunksMax)
    throw tooLarge('chunks', request.limits.chunksMax, chunks.length);
  const title = (cleanLine(request.title) || parsed.title).slice(0, titleLengthMax).toWellFormed();
  return {
    mediaType: type.mediaType,
    title,
    text: structured.text,
    chunks: chunks.map((chunk) => describe(chunk, structured.text, title)),
  };
}

async function parseBlocks(
  request: ParseRequest,
  type: MediaType,
  charactersMax: number,
): Promise<ParsedBlocks> {
  const { content } = request;
  switch (type.format) {
    case 'pdf':
      return parsePdf(content, charactersMax);
    case 'docx':
      return parseDocx(content, request.limits.expandedBytesMax);
    case 'html':
      return parseHtml(decodeText(content, type.charset ?? declaredHtmlCharset(content)));
    case 'markdown':
      return parseMarkdown(decodeText(content, type.charset));
    case 'plain text':
      return parsePlainText(decodeText(content, type.charset));
  }
}

function describe(chunk: Chunk, documentText: string, title: string): ParsedChunk {
  const text = documentText.slice(chunk.start, chunk.end);
  const context = [...new Set([title, ...chunk.headings])].filter(
    (line) => line !== '' && !text.includes(line),
  );
  const prefix = context.join('\n').slice(0, contextLengthMax).toWellFormed();
  const embeddingText = prefix === '' ? text : `${prefix}\n${text}`;
  const counts = new Map<string, number>();
  for (const word of wordsOf(embeddingText)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { ...chunk, text, embeddingText, words: [...counts.keys()], wordCounts: [...counts.values()] };
}

function empty(why: string): ParseError {
  return new ParseError('DOCUMENT_EMPTY', `The document is empty. ${why}`);
}
