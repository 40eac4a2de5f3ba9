// Controls but tab and newline; soft hyphens, zero-width spaces and byte order marks, which only break words apart.
// Joiners (U+200C, U+200D) stay: scripts and emoji need them.
const invisible = /(?![\t\n])\p{Cc}|[\u00ad\u200b\u2060\ufeff\ufff9-\ufffb]/gu;
const lineBreak = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
const spaces = /[^\S\n]+/g;
const blankLines = /\n{3,}/g;

/** Makes characters uniform: well-formed UTF-16, NFC, `\n` for every line break, no controls, nothing invisible. */
export function cleanCharacters(text: string): string {
  return text.toWellFormed().replaceAll(lineBreak, '\n').replaceAll(invisible, '').normalize('NFC');
}

/** Cleans running text: one space for any run of spaces, none at the ends of lines, at most one empty line in a row. */
export function cleanProse(text: string): string {
  return trimLines(cleanCharacters(text).replaceAll(spaces, ' '), (line) => line.trim());
}

/** Cleans text whose spaces mean something, such as code: only what ends a line goes. */
export function cleanPreformatted(text: string): string {
  return trimLines(cleanCharacters(text), (line) => line.trimEnd()).replace(/^\n+/, '');
}

/** Cleans text that has to stand on one line, such as a title or a table's cell. */
export function cleanLine(text: string): string {
  return cleanCharacters(text).replaceAll(/\s+/g, ' ').trim();
}

// Line by line, because a pattern such as / +\n/ takes quadratic time on a long run of spaces.
function trimLines(text: string, trim: (line: string) => string): string {
  return text.split('\n').map(trim).join('\n').replaceAll(blankLines, '\n\n').trimEnd();
}
