import { type JSZipObject } from 'jszip';
import { ParseError, tooLarge } from './parse-failure';
import { parseHtml } from './parse-html';
import { type ParsedBlocks } from './parsed-blocks';

/** What an OLE file begins with: a Word document of before 2007, or an encrypted one. */
const oleMark = [0xd0, 0xcf, 0x11, 0xe0];

/**
 * Reads a Word document. Images are left out.
 *
 * @param expandedBytesMax how many bytes its parts may have when they are unpacked
 */
export async function parseDocx(content: Uint8Array, expandedBytesMax: number): Promise<ParsedBlocks> {
  if (oleMark.every((byte, index) => content[index] === byte)) {
    throw new ParseError(
      'DOCUMENT_ENCRYPTED',
      'The document is encrypted, or in the format that Word had before 2007.',
      {
        format: 'docx',
      },
    );
  }
  await checkExpandedSize(content, expandedBytesMax);
  // Loaded at the first use: most documents are of other formats.
  const { default: mammoth } = await import('mammoth');
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(content) },
    {
      styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
      convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    },
  );
  return parseHtml(value);
}

/** Unpacks every part and stops as soon as there is too much: what a zip says of its sizes may be a lie. */
async function checkExpandedSize(content: Uint8Array, expandedBytesMax: number): Promise<void> {
  const { default: JSZip } = await import('jszip');
  const zip = await JSZip.loadAsync(content);
  let expandedBytes = 0;
  for (const part of Object.values(zip.files)) {
    await unpack(part, (bytes) => {
      expandedBytes += bytes;
      return expandedBytes <= expandedBytesMax;
    }).catch((error: unknown) => {
      throw expandedBytes > expandedBytesMax ? tooLarge('unpacked bytes', expandedBytesMax) : error;
    });
  }
}

function unpack(part: JSZipObject, goOn: (bytes: number) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = part.nodeStream('nodebuffer');
    stream.on('data', (chunk: Buffer) => {
      if (goOn(chunk.length)) return;
      stream.pause();
      reject(new Error('too much'));
    });
    stream.on('end', resolve);
    stream.on('error', reject);
  });
}
