import { type common } from '@weft/contracts';

/** A sentence of a passage, as it can be quoted. */
export interface PassageSentence {
  text: string;
  passage: common.Passage;
  /** Where it stands among the passage's sentences, from 0. */
  position: number;
}

const lengthMin = 12;
const lengthMax = 600;
const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Cuts a passage into sentences; a list item, a table row and a line of code stand for themselves. */
export function passageSentences(passage: common.Passage): PassageSentence[] {
  const texts = blocksOf(passage.text).flatMap(sentencesOf);
  return texts
    .map((text) => text.slice(0, lengthMax).toWellFormed())
    .filter((text) => text.length >= lengthMin && /\p{L}/u.test(text))
    .map((text, position) => ({ text, passage, position }));
}

/** The lines of a text, those of one paragraph joined. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let isOpen = false;
  let isCode = false;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (/^(```|~~~)/.test(trimmed)) {
      isCode = !isCode;
      isOpen = false;
      continue;
    }
    const standsAlone = isCode || isTableRow(trimmed) || /^([#>]|[-*+•]\s|\d+[.)]\s)/.test(trimmed);
    if (trimmed === '' || isRuler(trimmed)) isOpen = false;
    else if (isOpen && !standsAlone) blocks[blocks.length - 1] += ` ${trimmed}`;
    else {
      blocks.push(trimmed);
      // Wrapped lines of a list item belong to it; headings, rows and code do not go on.
      isOpen = !isCode && !isTableRow(trimmed) && !trimmed.startsWith('#');
    }
  }
  return blocks.filter((block) => !block.startsWith('#')).map(plainText);
}

function sentencesOf(block: string): string[] {
  return Array.from(sentenceSegmenter.segment(block), ({ segment }) => segment.trim());
}

/** Takes away what is layout and not words. */
function plainText(block: string): string {
  return (
    block
      .replace(/^([-*+•>]|\d+[.)])\s+/, '')
      .replace(/^\|\s*|\s*\|$/g, '')
      .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, '$1')
      .replace(/\*\*|__/g, '')
      // A number in brackets would read as the marker of a citation.
      .replace(/\[(\d+)\]/g, '($1)')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** With or without the bars at its ends. */
function isTableRow(line: string): boolean {
  return line.startsWith('|') || line.includes(' | ');
}

function isRuler(line: string): boolean {
  return /^[-=*_|:\s]+$/.test(line);
}
