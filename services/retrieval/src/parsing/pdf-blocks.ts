import { cleanLine, cleanProse } from './clean-text';
import { type PdfLine } from './pdf-lines';
import { type Block } from './structured-text';

/** Text this much larger than the body's is a heading. */
const headingScale = 1.15;
const headingLengthMax = 200;
const headingLevelMax = 6;
/** A distance between lines this much larger than usual ends a paragraph. */
const paragraphGapScale = 1.4;

const bullet = /^\s*[•◦▪‣●○■–*-]\s+(?=\S)/;
/** The dots between an entry of a table of contents and its page. */
const dotLeader = /(?:\. ?){4}/;
const latinLigatures: Record<string, string> = {
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'st',
  ﬆ: 'st',
};

/** Tells paragraphs, headings and items from where lines stand and how large they are. PDF itself does not say. */
export function blocksOfLines(lines: readonly PdfLine[]): Block[] {
  const bodySize = commonFontSize(lines);
  const gap = usualGap(lines);
  const groups: PdfLine[][] = [];
  for (const line of lines) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (group === undefined || previous === undefined || beginsBlock(previous, line, gap))
      groups.push([line]);
    else group.push(line);
  }
  const isHeading = (group: PdfLine[]) =>
    group[0]!.fontSize >= bodySize * headingScale &&
    joinLines(group).length <= headingLengthMax &&
    !dotLeader.test(joinLines(group));
  const sizes = [...new Set(groups.filter(isHeading).map((group) => roundSize(group[0]!.fontSize)))].sort(
    (a, b) => b - a,
  );
  return groups.map((group) => {
    const text = joinLines(group);
    if (isHeading(group)) {
      const level = Math.min(sizes.indexOf(roundSize(group[0]!.fontSize)) + 1, headingLevelMax);
      return { kind: 'heading', level, text: cleanLine(text) };
    }
    if (bullet.test(text))
      return { kind: 'list_item', level: 0, text: `- ${cleanProse(text.replace(bullet, ''))}` };
    return { kind: 'paragraph', level: 0, text: cleanProse(text) };
  });
}

/** Joins the lines of a paragraph. A hyphen at the end of a line before a small letter cut a word in two: it goes. */
export function joinLines(lines: readonly { text: string }[]): string {
  let text = '';
  for (const line of lines) {
    const next = line.text.replaceAll(/[ﬀ-ﬆ]/g, (ligature) => latinLigatures[ligature] ?? ligature);
    if (text === '') text = next;
    else if (/\p{L}[-\u2010\u00ad]$/u.test(text.slice(-3)) && /^\p{Ll}/u.test(next))
      text = text.slice(0, -1) + next;
    else text += ` ${next}`;
  }
  return text;
}

function beginsBlock(previous: PdfLine, line: PdfLine, gap: number): boolean {
  if (Math.abs(line.fontSize - previous.fontSize) > previous.fontSize * 0.1) return true;
  if (bullet.test(line.text)) return true;
  const step = previous.y - line.y;
  // A new page or column: a sentence that has not ended goes on there.
  if (line.page !== previous.page || step < 0)
    return /[.!?:;"”)\]]$/.test(previous.text) || !/^\p{Ll}/u.test(line.text);
  return step > gap * paragraphGapScale;
}

function commonFontSize(lines: readonly PdfLine[]): number {
  const characters = new Map<number, number>();
  for (const line of lines) {
    const size = roundSize(line.fontSize);
    characters.set(size, (characters.get(size) ?? 0) + line.text.length);
  }
  let common = 0;
  let most = 0;
  for (const [size, count] of characters) {
    if (count > most) [common, most] = [size, count];
  }
  return common;
}

/** The distance of lines inside paragraphs: small among all distances, since those between paragraphs are larger. */
function usualGap(lines: readonly PdfLine[]): number {
  const gaps: number[] = [];
  lines.forEach((line, index) => {
    const previous = lines[index - 1];
    if (previous === undefined || previous.page !== line.page) return;
    const step = previous.y - line.y;
    if (step > 0 && Math.abs(line.fontSize - previous.fontSize) <= previous.fontSize * 0.1) gaps.push(step);
  });
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 4)] ?? Number.POSITIVE_INFINITY;
}

function roundSize(size: number): number {
  return Math.round(size * 2) / 2;
}
