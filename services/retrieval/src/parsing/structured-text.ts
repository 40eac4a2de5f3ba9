/** What a block of a document is. */
export type BlockKind = 'heading' | 'paragraph' | 'list_item' | 'code' | 'table';

/** A block as a parser finds it, its text cleaned. */
export interface Block {
  kind: BlockKind;
  /** 1 (outermost) to 6 for a heading; 0 for all else. */
  level: number;
  text: string;
}

/** Where a block lies in the plain text. */
export interface BlockSpan {
  kind: BlockKind;
  level: number;
  /** In UTF-16 code units. */
  start: number;
  /** Exclusive. */
  end: number;
}

/** A document's plain text and its structure. Between blocks there is white space alone. */
export interface StructuredText {
  text: string;
  blocks: BlockSpan[];
}

/** Lays blocks out as plain text: items of a list on lines of their own, all else with an empty line between. Blank blocks are dropped. */
export function layOut(blocks: readonly Block[]): StructuredText {
  const parts: string[] = [];
  const spans: BlockSpan[] = [];
  let length = 0;
  let previous: Block | undefined;
  for (const block of blocks) {
    if (block.text.trim() === '') continue;
    if (previous !== undefined) {
      const separator = previous.kind === 'list_item' && block.kind === 'list_item' ? '\n' : '\n\n';
      parts.push(separator);
      length += separator.length;
    }
    parts.push(block.text);
    spans.push({ kind: block.kind, level: block.level, start: length, end: length + block.text.length });
    length += block.text.length;
    previous = block;
  }
  return { text: parts.join(''), blocks: spans };
}
