import { ParseError } from './parse-failure';

const sampleBytes = 4096;
/** Text with more than this share of control characters is none. */
const controlShareMax = 0.02;

/**
 * Turns the bytes of a text document into text: by byte order mark, else by the charset it declares, else UTF-16 where every second
 * byte is zero, else UTF-8, else Windows-1252, the superset of Latin-1 that browsers take for it.
 *
 * @param declaredCharset a label of the WHATWG Encoding Standard, such as `iso-8859-1`; ignored when unknown or when the bytes are not valid in it
 * @throws ParseError DOCUMENT_UNREADABLE for bytes that are no text
 */
export function decodeText(bytes: Uint8Array, declaredCharset?: string): string {
  const text = decode(bytes, declaredCharset);
  if (looksBinary(text)) {
    throw new ParseError('DOCUMENT_UNREADABLE', 'The document is binary, not text in a known encoding.', {
      format: 'text',
    });
  }
  return text;
}

/** Whether text is mostly what a program wrote for itself: too many control characters to be read by a person. */
export function looksBinary(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  const controls = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/g)?.length ?? 0;
  return controls > text.length * controlShareMax;
}

function decode(bytes: Uint8Array, declaredCharset: string | undefined): string {
  const marked = charsetOfMark(bytes);
  if (marked !== undefined) return new TextDecoder(marked).decode(bytes);
  const declared = declaredCharset === undefined ? undefined : tryDecode(bytes, declaredCharset);
  if (declared !== undefined) return declared;
  const wide = charsetOfZeros(bytes);
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  return tryDecode(bytes, 'utf-8') ?? new TextDecoder('windows-1252').decode(bytes);
}

function tryDecode(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function charsetOfMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function charsetOfZeros(bytes: Uint8Array): string | undefined {
  const pairs = Math.floor(Math.min(bytes.length, sampleBytes) / 2);
  if (pairs === 0) return undefined;
  let evenZeros = 0;
  let oddZeros = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    if (bytes[2 * pair] === 0) evenZeros += 1;
    if (bytes[2 * pair + 1] === 0) oddZeros += 1;
  }
  if (oddZeros > pairs * 0.4 && evenZeros < pairs * 0.05) return 'utf-16le';
  if (evenZeros > pairs * 0.4 && oddZeros < pairs * 0.05) return 'utf-16be';
  return undefined;
}
