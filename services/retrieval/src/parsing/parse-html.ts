import { Parser } from 'htmlparser2';
import { HtmlBlocks } from './html-blocks';
import { ParseError } from './parse-failure';
import { firstHeading, type ParsedBlocks } from './parsed-blocks';

/** Deeper nesting is no document; htmlparser2 takes time linear in the depth for every tag. */
const depthMax = 5000;

/** Reads HTML as a stream of tags: headings, paragraphs, lists, tables and code; navigation, scripts and styles are dropped. */
export function parseHtml(source: string): ParsedBlocks {
  const page = new HtmlBlocks();
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > depthMax) {
          throw new ParseError(
            'DOCUMENT_TOO_COMPLEX',
            `The document is nested more than ${depthMax} levels deep.`,
            {
              limit: 'levels',
              maximum: String(depthMax),
            },
          );
        }
        page.open(name, attributes);
      },
      ontext: (text) => page.text(text),
      onclosetag(name) {
        depth -= 1;
        page.close(name);
      },
    },
    { decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.write(source);
  parser.end();
  const { blocks, title } = page.finish();
  return { title: title || firstHeading(blocks), blocks };
}

/** The charset that the first bytes of an HTML document declare in a `meta` tag; undefined when they do not. */
export function declaredHtmlCharset(content: Uint8Array): string | undefined {
  const head = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 2048)).toString(
    'latin1',
  );
  return /<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}["']?([\w-]{1,40})/i.exec(head)?.[1]?.toLowerCase();
}
