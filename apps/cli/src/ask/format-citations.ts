import { printableLine } from '../terminal';
import { type CitedPassage } from './chat-answer';

const quotationLength = 160;

/** Lists the passages that an answer cites, by number: where each stands, and how it begins. */
export function formatCitations(citations: readonly CitedPassage[]): string {
  return citations
    .toSorted((left, right) => left.number - right.number)
    .map(formatCitation)
    .join('\n');
}

function formatCitation({
  number,
  title,
  headings,
  uri,
  start_offset,
  end_offset,
  text,
}: CitedPassage): string {
  // A document's title is its first heading more often than not.
  const trail = headings[0] === title ? headings : [title, ...headings];
  const name = trail.map(printableLine).filter(Boolean).join(' › ');
  const place = `${printableLine(uri)}:${start_offset}-${end_offset}`;
  return `[${number}] ${name === '' ? '' : `${name} — `}${place}\n    “${quotation(text)}”`;
}

/** The beginning of a passage, cut between words. */
function quotation(text: string): string {
  const line = printableLine(text);
  if (line.length <= quotationLength) return line;
  const cut = line.slice(0, quotationLength + 1);
  const space = cut.lastIndexOf(' ');
  const end = space > quotationLength / 2 ? space : quotationLength;
  return `${line.slice(0, end).toWellFormed()}…`;
}
