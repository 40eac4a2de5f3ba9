import { type Block } from './structured-text';

/** What a parser makes of a document. */
export interface ParsedBlocks {
  /** The title found in it; empty when there is none. */
  title: string;
  blocks: Block[];
}

/** The text of the first heading: what a document without another title is called. */
export function firstHeading(blocks: readonly Block[]): string {
  return blocks.find(({ kind }) => kind === 'heading')?.text ?? '';
}
