import { looksBinary } from './decode-text';
import { ParseError } from './parse-failure';

/** The formats that can be read. */
export type DocumentFormat = 'markdown' | 'plain text' | 'html' | 'pdf' | 'docx';

/** What a document is. */
export interface MediaType {
  /** Without parameters, in lower case. */
  mediaType: string;
  format: DocumentFormat;
  /** The charset it was given with. */
  charset?: string;
}

const docxMediaType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const formats: Record<string, DocumentFormat> = {
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'application/pdf': 'pdf',
  'application/x-pdf': 'pdf',
  [docxMediaType]: 'docx',
  'application/json': 'plain text',
  'application/xml': 'plain text',
  'application/yaml': 'plain text',
};

const mediaTypesByEnding: Record<string, string> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  mdown: 'text/markdown',
  mkd: 'text/markdown',
  mdx: 'text/markdown',
  txt: 'text/plain',
  text: 'text/plain',
  log: 'text/plain',
  rst: 'text/plain',
  adoc: 'text/plain',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  json: 'application/json',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'application/xhtml+xml',
  pdf: 'application/pdf',
  docx: docxMediaType,
};

/** Types that say nothing. */
const vagueMediaTypes = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/zip']);

/**
 * Tells what a document is: by the type it was given with, else by the ending of its uri, else by its first bytes.
 *
 * @throws ParseError DOCUMENT_TYPE_UNSUPPORTED for what cannot be read
 */
export function detectMediaType(document: {
  mediaType: string;
  uri: string;
  content: Uint8Array;
}): MediaType {
  const [given = '', ...parameters] = document.mediaType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  const mediaType = vagueMediaTypes.has(given)
    ? (mediaTypesByEnding[endingOf(document.uri)] ?? sniff(document.content))
    : given;
  const format = formats[mediaType] ?? (mediaType.startsWith('text/') ? 'plain text' : undefined);
  if (format === undefined) throw unsupported(mediaType);
  return { mediaType, format, ...(charset === undefined ? {} : { charset }) };
}

function unsupported(mediaType: string): ParseError {
  return new ParseError(
    'DOCUMENT_TYPE_UNSUPPORTED',
    `Documents of the type '${mediaType}' cannot be read. Markdown, plain text, HTML, PDF and DOCX can.`,
    { media_type: mediaType },
  );
}

function endingOf(uri: string): string {
  const path = uri.split(/[?#]/, 1)[0]!;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Tells the type by the first bytes, by the marks of each format. */
function sniff(content: Uint8Array): string {
  const head = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 4096)).toString(
    'latin1',
  );
  if (head.slice(0, 1024).includes('%PDF-')) return 'application/pdf';
  if (head.startsWith('PK\u0003\u0004')) return docxMediaType;
  const start = head
    .replace(/^(\xef\xbb\xbf)?\s*/, '')
    .slice(0, 512)
    .toLowerCase();
  if (/^(<\?xml[^>]{0,200}>\s{0,20})?<(!doctype html|html|head|body)\b/.test(start)) return 'text/html';
  if (/^#{1,6} \S|\n#{1,6} \S|\n```|\]\(\S{1,200}\)/.test(head)) return 'text/markdown';
  // Zeros are common in UTF-16, which decodeText can tell from binary data.
  return looksBinary(head.replaceAll('\u0000', '')) ? 'application/octet-stream' : 'text/plain';
}
