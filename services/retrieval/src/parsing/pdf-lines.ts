/** A piece of text where a PDF page puts it; the origin is the page's lower left corner. */
export interface PdfTextItem {
  text: string;
  x: number;
  y: number;
  width: number;
  fontSize: number;
  /** Whether the line ends after it. */
  endsLine: boolean;
}

/** A line of a page. */
export interface PdfLine {
  text: string;
  x: number;
  y: number;
  fontSize: number;
  /** From 0. */
  page: number;
}

/** How many lines at each end of a page may be its header or footer. */
const edgeLines = 2;
/** A line stands on every page when it is on at least this many, and on this share of them. */
const repeatedPagesMin = 3;
const repeatedShareMin = 0.5;
const pageNumber = /^[-–—\s]*\d{1,4}[-–—\s]*$/;

/** Puts the pieces of a page together to lines, in the order in which the page draws them. */
export function linesOfPage(items: readonly PdfTextItem[], page: number): PdfLine[] {
  const lines: PdfLine[] = [];
  let line: PdfLine | undefined;
  let right = 0;
  for (const item of items) {
    if (line !== undefined && item.text.trim() !== '' && leavesLine(line, item)) line = undefined;
    if (item.text.trim() !== '') {
      if (line === undefined) {
        line = { text: '', x: item.x, y: item.y, fontSize: item.fontSize, page };
        lines.push(line);
      } else if (item.x - right > item.fontSize * 0.2 && !/\s$/.test(line.text)) {
        line.text += ' ';
      }
      line.text += item.text;
      line.fontSize = Math.max(line.fontSize, item.fontSize);
      right = item.x + item.width;
    } else if (line !== undefined && item.text !== '') {
      line.text += ' ';
    }
    if (item.endsLine) line = undefined;
  }
  return lines.map((found) => ({ ...found, text: found.text.trim() }));
}

/** Drops what stands at the top or bottom of most pages, such as a running title or the page's number. */
export function dropRunningLines(pages: readonly PdfLine[][]): PdfLine[][] {
  const pagesOf = new Map<string, number>();
  for (const lines of pages) {
    const keys = new Set(lines.filter((_, index) => isAtEdge(index, lines.length)).map(runningKey));
    for (const key of keys) pagesOf.set(key, (pagesOf.get(key) ?? 0) + 1);
  }
  const repeated = Math.max(repeatedPagesMin, Math.ceil(pages.length * repeatedShareMin));
  return pages.map((lines) =>
    lines.filter(
      (line, index) =>
        !isAtEdge(index, lines.length) ||
        ((pagesOf.get(runningKey(line)) ?? 0) < repeated &&
          !(pages.length >= repeatedPagesMin && pageNumber.test(line.text))),
    ),
  );
}

/** Lower and higher characters stay in their line; a step of most of a line's height leaves it. */
function leavesLine(line: PdfLine, item: PdfTextItem): boolean {
  return Math.abs(item.y - line.y) > Math.max(line.fontSize, item.fontSize) * 0.6;
}

function isAtEdge(index: number, count: number): boolean {
  return index < edgeLines || index >= count - edgeLines;
}

function runningKey(line: PdfLine): string {
  return line.text.replaceAll(/\d+/g, '#').toLowerCase();
}
