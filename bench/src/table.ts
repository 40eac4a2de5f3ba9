/** A cell: text stands left, numbers stand right. */
export type Cell = string | { text: string; alignRight: true };

/** A number with a fixed count of decimals, `–` for one that there is not. */
export function figure(value: number | undefined, decimals = 0): Cell {
  const text = value === undefined || Number.isNaN(value) ? '–' : value.toFixed(decimals);
  return { text, alignRight: true };
}

/** Rows under headings in aligned columns. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => textOf(row[column]).length)),
  );
  const alignsRight = headings.map((_, column) => rows.some((row) => typeof row[column] === 'object'));
  const format = (texts: readonly string[]) =>
    texts
      .map((text, column) =>
        alignsRight[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [
    format(headings),
    rule,
    ...rows.map((row) => format(headings.map((_, column) => textOf(row[column])))),
  ].join('\n');
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}
