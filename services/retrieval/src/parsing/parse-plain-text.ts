import { cleanPreformatted } from './clean-text';
import { type ParsedBlocks } from './parsed-blocks';

const titleLengthMax = 120;

/** Reads plain text: an empty line ends a paragraph; a short first line with text after it is the title. Lines stay as they are. */
export function parsePlainText(text: string): ParsedBlocks {
  const cleaned = cleanPreformatted(text);
  const paragraphs = cleaned.split('\n\n').filter((paragraph) => paragraph.trim() !== '');
  const lineEnd = cleaned.indexOf('\n');
  const firstLine = cleaned.slice(0, Math.max(lineEnd, 0)).trim();
  return {
    title: firstLine.length <= titleLengthMax ? firstLine : '',
    blocks: paragraphs.map((paragraph) => ({ kind: 'paragraph', level: 0, text: paragraph })),
  };
}
