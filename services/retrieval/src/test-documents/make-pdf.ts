import { deflateSync } from 'node:zlib';

/** A line of text on a page; the origin is the lower left corner of 612 by 792 points. */
export interface PdfText {
  text: string;
  y: number;
  x?: number;
  size?: number;
}

export interface PdfOptions {
  title?: string;
  /** Asks for a password that nobody knows. */
  encrypted?: boolean;
  /** Adds a page whose content unpacks to so many bytes. */
  bombBytes?: number;
}

/** Writes a minimal PDF, for tests. */
export function makePdf(pages: PdfText[][], options: PdfOptions = {}): Buffer {
  const contents = pages.map((lines) => Buffer.from(lines.map(drawText).join('\n'), 'latin1'));
  if (options.bombBytes !== undefined) contents.push(Buffer.alloc(options.bombBytes, ' '));
  const pageNumbers = contents.map((_, index) => 5 + 2 * index);
  const objects: Buffer[] = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from(
      `<< /Type /Pages /Kids [${pageNumbers.map((n) => `${n} 0 R`).join(' ')}] /Count ${contents.length} >>`,
    ),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'),
    Buffer.from(`<< /Title (${escapeText(options.title ?? '')}) >>`),
    ...contents.flatMap((content, index) => [pageObject(6 + 2 * index), streamObject(content)]),
  ];
  return assemble(objects, options.encrypted ? encryption : '');
}

const encryption =
  `/ID [<${'01'.repeat(16)}><${'01'.repeat(16)}>] ` +
  `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${'ab'.repeat(32)}> /U <${'cd'.repeat(32)}> >> `;

function drawText({ text, y, x = 72, size = 12 }: PdfText): string {
  return `BT /F1 ${size} Tf ${x} ${y} Td (${escapeText(text)}) Tj ET`;
}

function escapeText(text: string): string {
  return text.replaceAll(/[()\\]/g, String.raw`\$&`);
}

function pageObject(content: number): Buffer {
  return Buffer.from(
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${content} 0 R >>`,
  );
}

function streamObject(content: Buffer): Buffer {
  const packed = deflateSync(content, { level: 1 });
  const head = `<< /Length ${packed.length} /Filter /FlateDecode >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream')]);
}

function assemble(objects: readonly Buffer[], trailer: string): Buffer {
  const parts = [Buffer.from('%PDF-1.4\n')];
  let length = parts[0]!.length;
  const offsets = objects.map((object, index) => {
    const offset = length;
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    parts.push(part);
    length += part.length;
    return offset;
  });
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const tail = `xref\n0 ${size}\n0000000000 65535 f \n${entries}trailer\n<< /Size ${size} /Root 1 0 R /Info 4 0 R ${trailer}>>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(tail)]);
}
