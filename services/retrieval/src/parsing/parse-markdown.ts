import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { cleanLine, cleanPreformatted, cleanProse } from './clean-text';
import { ParseError } from './parse-failure';
import { parseHtml } from './parse-html';
import { firstHeading, type ParsedBlocks } from './parsed-blocks';
import { type Block } from './structured-text';

type Node = ReturnType<typeof fromMarkdown>['children'][number];
type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;

/** The parser's time grows with the square of the depth, and no person nests so deep. */
const containersMax = 100;
const nestedContainers = new RegExp(
  String.raw`^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){${containersMax + 1}}`,
  'm',
);

/** Reads GitHub-flavoured Markdown. Front matter gives the title and is no text; HTML inside is read as HTML. */
export function parseMarkdown(source: string): ParsedBlocks {
  const { body, title } = takeFrontMatter(source.replaceAll(/\r\n?/g, '\n'));
  if (nestedContainers.test(body)) {
    throw new ParseError(
      'DOCUMENT_TOO_COMPLEX',
      `The document nests more than ${containersMax} quotes or lists in one line.`,
      {
        limit: 'quotes and lists in a line',
        maximum: String(containersMax),
      },
    );
  }
  const root = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const blocks: Block[] = [];
  for (const node of root.children) readBlock(node, blocks);
  return { title: title || firstHeading(blocks), blocks };
}

function takeFrontMatter(source: string): { body: string; title: string } {
  const start = source.startsWith('\ufeff') ? 1 : 0;
  if (!source.startsWith('---\n', start)) return { body: source, title: '' };
  const end = source.indexOf('\n---\n', start + 3);
  const lines = end < 0 ? [] : source.slice(start + 4, Math.max(end, start + 4)).split('\n');
  // A rule between two paragraphs of text is no front matter.
  if (end < 0 || !lines.every((line) => /^(\s|#|-|[\w-]+\s*:|$)/.test(line)))
    return { body: source, title: '' };
  const title = lines.find((line) => line.startsWith('title:'))?.slice('title:'.length) ?? '';
  return { body: source.slice(end + 5), title: cleanLine(title).replace(/^(["'])(.*)\1$/, '$2') };
}

function readBlock(node: Node, blocks: Block[]): void {
  switch (node.type) {
    case 'heading':
      return void blocks.push({
        kind: 'heading',
        level: node.depth,
        text: cleanLine(inlineText(node.children)),
      });
    case 'paragraph':
      return void blocks.push({ kind: 'paragraph', level: 0, text: cleanProse(inlineText(node.children)) });
    case 'code':
      return void blocks.push({ kind: 'code', level: 0, text: cleanPreformatted(node.value) });
    case 'list':
      node.children.forEach((item, index) => {
        readListItem(item, node.ordered ? `${(node.start ?? 1) + index}. ` : '- ', '', blocks);
      });
      return;
    case 'table':
      return void blocks.push({ kind: 'table', level: 0, text: tableText(node) });
    case 'html':
      return void blocks.push(...parseHtml(node.value).blocks);
    case 'blockquote':
    case 'footnoteDefinition':
      for (const child of node.children) readBlock(child, blocks);
      return;
    default:
      // Rules and link definitions have no text of their own.
      return;
  }
}

/** An item's own paragraphs are one block with its marker; what else is inside comes after it, lists indented. */
function readListItem(item: NodeOf<'listItem'>, marker: string, indent: string, blocks: Block[]): void {
  const [first, ...rest] = item.children;
  const startsWithText = first?.type === 'paragraph';
  const text = startsWithText ? cleanProse(inlineText(first.children)) : '';
  if (text !== '') blocks.push({ kind: 'list_item', level: 0, text: `${indent}${marker}${text}` });
  for (const child of startsWithText ? rest : item.children) {
    if (child.type !== 'list') {
      readBlock(child, blocks);
      continue;
    }
    child.children.forEach((nested, index) => {
      const nestedMarker = child.ordered ? `${(child.start ?? 1) + index}. ` : '- ';
      readListItem(nested, nestedMarker, `${indent}  `, blocks);
    });
  }
}

function tableText(table: NodeOf<'table'>): string {
  const rows = table.children.map((row) =>
    row.children.map((cell) => cleanLine(inlineText(cell.children))).join(' | '),
  );
  return rows.join('\n');
}

function inlineText(nodes: readonly Node[]): string {
  return nodes.map(textOf).join('');
}

function textOf(node: Node): string {
  switch (node.type) {
    case 'text':
    case 'inlineCode':
      // A line that wraps in the source is no line of the text.
      return node.value.replaceAll('\n', ' ');
    case 'break':
      return '\n';
    case 'image':
    case 'imageReference':
      return node.alt ?? '';
    case 'html':
      return /^<br\b/i.test(node.value) ? '\n' : '';
    default:
      return 'children' in node ? node.children.map(textOf).join('') : '';
  }
}
