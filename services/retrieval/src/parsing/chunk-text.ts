import { type BlockSpan, type StructuredText } from './structured-text';

/** How text is cut. */
export interface ChunkLimits {
  /** The longest chunk in UTF-16 code units, at least 2. */
  maxCharacters: number;
  /** How many code units of a chunk the next one repeats at most when a section is cut; at most half of the longest chunk is taken. */
  overlapCharacters: number;
}

/** A piece of a document: exactly `text.slice(start, end)`. */
export interface Chunk {
  /** In UTF-16 code units of the document's plain text. */
  start: number;
  /** Exclusive. */
  end: number;
  /** The headings it stands under, outermost first; that of its own section is the last. */
  headings: string[];
}

interface Section {
  start: number;
  end: number;
  headings: string[];
  /** Where its blocks begin. */
  blockStarts: number[];
}

/**
 * Cuts a document along its structure: a section is a chunk where it fits, else it is cut before a block, after a sentence or a line,
 * between words, or, where there is no better place, anywhere but inside a surrogate pair. Chunks hold all text that is not blank, none
 * is longer than the limit, and only chunks of one section overlap.
 */
export function chunkText(document: StructuredText, limits: ChunkLimits): Chunk[] {
  return sectionsOf(document).flatMap((section) => cutSection(document.text, section, limits));
}

/** A heading begins a section. One that has no text of its own stands in the section that follows it. */
function sectionsOf({ text, blocks }: StructuredText): Section[] {
  const sections: Section[] = [];
  const path: { level: number; text: string }[] = [];
  let current: Section | undefined;
  let previous: BlockSpan | undefined;
  for (const block of blocks) {
    if (block.kind === 'heading') {
      while (path.length > 0 && path.at(-1)!.level >= block.level) path.pop();
      path.push({ level: block.level, text: text.slice(block.start, block.end) });
      if (previous?.kind !== 'heading') current = undefined;
    }
    if (current === undefined) {
      current = { start: block.start, end: block.end, headings: [], blockStarts: [] };
      sections.push(current);
    }
    current.headings = path.map((heading) => heading.text);
    current.end = block.end;
    current.blockStarts.push(block.start);
    previous = block;
  }
  return sections;
}

function cutSection(text: string, section: Section, limits: ChunkLimits): Chunk[] {
  const overlap = Math.min(limits.overlapCharacters, Math.floor(limits.maxCharacters / 2));
  const chunks: Chunk[] = [];
  let start = section.start;
  while (section.end - start > limits.maxCharacters) {
    const cut = cutWithin(text, section, start, start + limits.maxCharacters);
    chunks.push({ start, end: trimEnd(text, start, cut), headings: section.headings });
    const repeated = skipSpace(text, overlapStart(text, start, cut, overlap), section.end);
    start = fitsWithoutOverlap(section, repeated, cut, limits.maxCharacters) ? cut : repeated;
  }
  if (start < section.end) chunks.push({ start, end: section.end, headings: section.headings });
  return chunks.filter(({ start: from, end }) => end > from);
}

/** Whether the block after a cut stays whole only when nothing before it is repeated: structure is worth more than overlap. */
function fitsWithoutOverlap(section: Section, repeated: number, cut: number, maxCharacters: number): boolean {
  const next = firstAfter(section.blockStarts, cut);
  if (section.blockStarts[next - 1] !== cut) return false;
  const blockEnd = section.blockStarts[next] ?? section.end;
  return blockEnd - cut <= maxCharacters && blockEnd - repeated > maxCharacters;
}

/** The best place to cut in the second half of the window, the later the better; the cut itself stands before what follows. */
function cutWithin(text: string, section: Section, start: number, limit: number): number {
  const half = start + Math.floor((limit - start) / 2);
  const block = section.blockStarts[firstAfter(section.blockStarts, limit) - 1];
  if (block !== undefined && block > half) return block;
  const window = text.slice(half, limit);
  const sentence = lastMatchEnd(window, sentenceEnd);
  if (sentence > 0) return half + sentence;
  const line = window.lastIndexOf('\n');
  if (line >= 0) return half + line + 1;
  const word = lastMatchEnd(window, wordEnd);
  if (word > 0) return half + word;
  return splitsPair(text, limit) ? limit - 1 : limit;
}

// A full stop of Chinese and Japanese needs no space after it.
const sentenceEnd = /[.!?…]["'”’)\]]*\s|[。！？]/g;
const wordEnd = /\s/g;

function lastMatchEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

/** Where the next chunk begins: at a sentence, else at a word, no more than the overlap before the cut, and always after the last start. */
function overlapStart(text: string, start: number, cut: number, overlap: number): number {
  if (overlap === 0) return cut;
  const earliest = Math.max(cut - overlap, start + 1);
  const window = text.slice(earliest, cut);
  const sentence = firstMatchEnd(window, sentenceEnd);
  if (sentence > 0 && sentence < window.trimEnd().length) return earliest + sentence;
  const word = firstMatchEnd(window, wordEnd);
  if (word > 0 && word < window.trimEnd().length) return earliest + word;
  return splitsPair(text, earliest) ? earliest + 1 : earliest;
}

function firstMatchEnd(text: string, pattern: RegExp): number {
  pattern.lastIndex = 0;
  const match = pattern.exec(text);
  pattern.lastIndex = 0;
  return match === null ? 0 : match.index + match[0].length;
}

/** The index of the first of sorted numbers that is greater than a value; their count when none is. */
function firstAfter(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function splitsPair(text: string, index: number): boolean {
  return index > 0 && isHighSurrogate(text.charCodeAt(index - 1)) && isLowSurrogate(text.charCodeAt(index));
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function trimEnd(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function skipSpace(text: string, start: number, end: number): number {
  return end - text.slice(start, end).trimStart().length;
}
