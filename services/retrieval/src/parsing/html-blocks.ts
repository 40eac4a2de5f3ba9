import { cleanLine, cleanPreformatted, cleanProse } from './clean-text';
import { type Block, type BlockKind } from './structured-text';

/** Elements whose content is no text of the document: programs, controls, and what stands on every page of a site. */
const droppedElements = new Set(
  'script style noscript template svg canvas iframe object audio video map nav footer aside button select textarea dialog'.split(
    ' ',
  ),
);
const droppedRoles = new Set(['navigation', 'banner', 'contentinfo', 'search', 'dialog', 'complementary']);
const headings = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
/** Elements that end the line they stand in. */
const blockElements = new Set(
  'p div section article main header hgroup address blockquote figure figcaption ul ol li dl dt dd hr table caption pre details summary fieldset body html'.split(
    ' ',
  ),
);

interface TableRows {
  rows: string[][];
  cell: string | undefined;
}

interface List {
  ordered: boolean;
  count: number;
}

/** Collects the blocks of an HTML document while its tags go by. */
export class HtmlBlocks {
  private readonly blocks: Block[] = [];
  private readonly mainBlocks: Block[] = [];
  private readonly lists: List[] = [];
  private readonly tables: TableRows[] = [];
  private readonly dropped: string[] = [];
  private inline = '';
  private heading = 0;
  private marker = '';
  private preformatted = 0;
  private mainDepth = 0;
  private titleDepth = 0;
  private title = '';

  open(name: string, attributes: Record<string, string>): void {
    if (this.dropped.length > 0 || isDropped(name, attributes)) {
      this.dropped.push(name);
      return;
    }
    if (name === 'title') this.titleDepth += 1;
    else if (name === 'br') this.text('\n', true);
    else if (name === 'img') this.text(` ${attributes['alt'] ?? ''} `);
    else if (this.tables.length > 0) this.openInTable(name);
    else this.openInFlow(name);
  }

  text(text: string, verbatim = false): void {
    if (this.dropped.length > 0) return;
    if (this.titleDepth > 0) {
      this.title += text;
      return;
    }
    const flowing = verbatim || this.preformatted > 0 ? text : text.replaceAll(/\s+/g, ' ');
    const table = this.tables.at(-1);
    if (table === undefined) this.inline += flowing;
    else if (table.cell !== undefined) table.cell += flowing;
  }

  close(name: string): void {
    if (this.dropped.length > 0) {
      this.dropped.pop();
      return;
    }
    if (name === 'title') this.titleDepth = Math.max(0, this.titleDepth - 1);
    else if (this.tables.length > 0) this.closeInTable(name);
    else this.closeInFlow(name);
  }

  /** The blocks, those of `main` alone where the page has one with text, and the page's title. */
  finish(): { blocks: Block[]; title: string } {
    while (this.tables.length > 0) this.endTable();
    this.flush();
    return {
      blocks: this.mainBlocks.length > 0 ? this.mainBlocks : this.blocks,
      title: cleanLine(this.title),
    };
  }

  private openInFlow(name: string): void {
    if (headings.has(name)) {
      this.flush();
      this.heading = Number(name[1]);
      return;
    }
    if (!blockElements.has(name)) return;
    this.flush();
    if (name === 'main') this.mainDepth += 1;
    else if (name === 'ul' || name === 'ol') this.lists.push({ ordered: name === 'ol', count: 0 });
    else if (name === 'li') this.marker = this.nextMarker();
    else if (name === 'pre') this.preformatted += 1;
    else if (name === 'table') this.tables.push({ rows: [], cell: undefined });
  }

  private closeInFlow(name: string): void {
    if (headings.has(name)) {
      this.flush();
      this.heading = 0;
      return;
    }
    if (!blockElements.has(name)) return;
    this.flush();
    if (name === 'main') this.mainDepth = Math.max(0, this.mainDepth - 1);
    else if (name === 'ul' || name === 'ol') this.lists.pop();
    else if (name === 'li') this.marker = '';
    else if (name === 'pre') this.preformatted = Math.max(0, this.preformatted - 1);
  }

  private openInTable(name: string): void {
    const table = this.tables.at(-1)!;
    if (name === 'table') this.tables.push({ rows: [], cell: undefined });
    else if (name === 'tr') table.rows.push([]);
    else if (name === 'td' || name === 'th' || name === 'caption') this.openCell(table, name);
    else if (headings.has(name) || blockElements.has(name)) this.text(' ');
  }

  private openCell(table: TableRows, name: string): void {
    this.endCell(table);
    if (name === 'caption' || table.rows.length === 0) table.rows.push([]);
    table.cell = '';
  }

  private closeInTable(name: string): void {
    const table = this.tables.at(-1)!;
    if (name === 'td' || name === 'th' || name === 'caption' || name === 'tr') this.endCell(table);
    else if (name === 'table') this.endTable();
    else if (headings.has(name) || blockElements.has(name)) this.text(' ');
  }

  private endCell(table: TableRows): void {
    if (table.cell === undefined) return;
    table.rows.at(-1)?.push(cleanLine(table.cell));
    table.cell = undefined;
  }

  /** A table inside a table's cell is text of that cell. */
  private endTable(): void {
    const table = this.tables.pop()!;
    this.endCell(table);
    const rows = table.rows.filter((row) => row.some((cell) => cell !== ''));
    const text = rows.map((row) => row.join(' | ')).join('\n');
    if (this.tables.length > 0) this.text(` ${text} `);
    else this.push('table', text);
  }

  private nextMarker(): string {
    const list = this.lists.at(-1) ?? { ordered: false, count: 0 };
    list.count += 1;
    const indent = '  '.repeat(Math.min(Math.max(this.lists.length - 1, 0), 6));
    return `${indent}${list.ordered ? `${list.count}. ` : '- '}`;
  }

  private flush(): void {
    const text = this.inline;
    this.inline = '';
    if (text.trim() === '') return;
    if (this.heading > 0) this.push('heading', cleanLine(text), this.heading);
    else if (this.preformatted > 0) this.push('code', cleanPreformatted(text));
    else if (this.lists.length > 0) this.pushItem(cleanProse(text));
    else this.push('paragraph', cleanProse(text));
  }

  /** The first block of an item carries its marker; later ones go on under it. */
  private pushItem(text: string): void {
    this.push('list_item', `${this.marker}${text}`);
    this.marker = '';
  }

  private push(kind: BlockKind, text: string, level = 0): void {
    if (text === '') return;
    const block: Block = { kind, level, text };
    this.blocks.push(block);
    if (this.mainDepth > 0) this.mainBlocks.push(block);
  }
}

function isDropped(name: string, attributes: Record<string, string>): boolean {
  return (
    droppedElements.has(name) ||
    'hidden' in attributes ||
    attributes['aria-hidden'] === 'true' ||
    droppedRoles.has(attributes['role']?.toLowerCase() ?? '')
  );
}
