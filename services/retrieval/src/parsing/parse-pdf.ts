import { type getDocumentProxy as getDocumentProxyType } from 'unpdf';
import { cleanLine } from './clean-text';
import { ParseError, tooLarge } from './parse-failure';
import { firstHeading, type ParsedBlocks } from './parsed-blocks';
import { blocksOfLines } from './pdf-blocks';
import { dropRunningLines, linesOfPage, type PdfLine, type PdfTextItem } from './pdf-lines';

/** The title that programs write when nobody gave one. */
const uselessTitle = /^(untitled|document\d*|microsoft word\b.*|.*\.(docx?|indd|tex|dvi|pdf))$/i;

/**
 * Reads the text of a PDF. Scanned pages have none: their characters are pictures.
 *
 * @param charactersMax where reading stops with DOCUMENT_TOO_LARGE
 */
export async function parsePdf(content: Uint8Array, charactersMax: number): Promise<ParsedBlocks> {
  // Loaded at the first use: most documents are of other formats.
  const { getDocumentProxy } = await import('unpdf');
  // A copy, because pdf.js takes the buffer away from its owner.
  const pdf = await getDocumentProxy(Uint8Array.from(content), { verbosity: 0, stopAtErrors: false }).catch(
    refuse,
  );
  const pages: PdfLine[][] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const lines = linesOfPage(items.flatMap(textItemOf), number - 1);
    pages.push(lines);
    characters += lines.reduce((sum, line) => sum + line.text.length, 0);
    if (characters > charactersMax) throw tooLarge('characters of text', charactersMax);
    page.cleanup();
  }
  const blocks = blocksOfLines(dropRunningLines(pages).flat());
  return { title: (await titleOf(pdf)) || firstHeading(blocks), blocks };
}

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxyType>>;
type PdfItem = Awaited<
  ReturnType<Awaited<ReturnType<PdfDocument['getPage']>>['getTextContent']>
>['items'][number];

function refuse(error: unknown): never {
  if (error instanceof Error && error.name === 'PasswordException') {
    throw new ParseError('DOCUMENT_ENCRYPTED', 'The document is encrypted with a password.', {
      format: 'pdf',
    });
  }
  throw error;
}

/** The matrix of an item is [a b c d x y]; its font's size is the length of (c, d). */
function textItemOf(item: PdfItem): PdfTextItem[] {
  if (!('str' in item)) return [];
  const [, , c = 0, d = 0, x = 0, y = 0] = item.transform as number[];
  return [{ text: item.str, x, y, width: item.width, fontSize: Math.hypot(c, d), endsLine: item.hasEOL }];
}

async function titleOf(pdf: PdfDocument): Promise<string> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: {} }));
  const given = (info as { Title?: unknown }).Title;
  const title = typeof given === 'string' ? cleanLine(given) : '';
  return uselessTitle.test(title) ? '' : title;
}
