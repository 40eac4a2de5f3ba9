import fc from 'fast-check';
import { type ChunkLimits, chunkText } from './chunk-text';
import { type Block, layOut } from './structured-text';

const limits: ChunkLimits = { maxCharacters: 100, overlapCharacters: 20 };
const heading = (level: number, text: string): Block => ({ kind: 'heading', level, text });
const paragraph = (text: string): Block => ({ kind: 'paragraph', level: 0, text });

function textsOf(blocks: Block[], chunkLimits = limits): string[] {
  const document = layOut(blocks);
  return chunkText(document, chunkLimits).map(({ start, end }) => document.text.slice(start, end));
}

describe('chunkText', () => {
  it('keeps a section whole that fits', () => {
    expect(textsOf([heading(1, 'A'), paragraph('one'), heading(1, 'B'), paragraph('two')])).toEqual([
      'A\n\none',
      'B\n\ntwo',
    ]);
  });

  it('gives each chunk the path of its headings', () => {
    const document = layOut([
      heading(1, 'A'),
      paragraph('one'),
      heading(2, 'B'),
      paragraph('two'),
      heading(2, 'C'),
      paragraph('three'),
      heading(1, 'D'),
      paragraph('four'),
    ]);
    expect(chunkText(document, limits).map(({ headings }) => headings)).toEqual([
      ['A'],
      ['A', 'B'],
      ['A', 'C'],
      ['D'],
    ]);
  });

  it('puts a heading without text of its own into the section that follows', () => {
    expect(textsOf([heading(1, 'A'), heading(2, 'B'), paragraph('text')])).toEqual(['A\n\nB\n\ntext']);
  });

  it('cuts before a block rather than inside one', () => {
    const [first, second] = ['x'.repeat(60), 'y'.repeat(60)];
    expect(textsOf([paragraph(first), paragraph(second)], { ...limits, overlapCharacters: 0 })).toEqual([
      first,
      second,
    ]);
  });

  it('cuts after a sentence rather than between words', () => {
    const text = `${'word '.repeat(14)}end. ${'more '.repeat(14)}`.trim();
    expect(textsOf([paragraph(text)])[0]).toMatch(/end\.$/);
  });

  it('cuts between words rather than inside one', () => {
    expect(textsOf([paragraph('seven77 '.repeat(40).trim())])[0]).toMatch(/seven77$/);
  });

  it('repeats the end of a chunk in the next when it cuts a section', () => {
    const chunks = textsOf([paragraph('abcde '.repeat(40).trim())]);
    expect(chunks[1]?.slice(0, 12)).toBe(chunks[0]?.slice(-17, -5));
  });

  it('repeats nothing where the block that follows would be cut for it', () => {
    const blocks = ['a', 'b', 'c'].map((letter) => `${`${letter}${letter} `.repeat(30)}end.`);
    expect(textsOf(blocks.map(paragraph))).toEqual(blocks);
  });

  it('does not repeat anything across sections', () => {
    const chunks = textsOf([heading(1, 'A'), paragraph('one two'), heading(1, 'B'), paragraph('x')]);
    expect(chunks[1]).toBe('B\n\nx');
  });

  const block = fc.oneof(
    fc.record({
      kind: fc.constant('heading' as const),
      level: fc.integer({ min: 1, max: 6 }),
      text: fc.string({ minLength: 1, maxLength: 30 }),
    }),
    fc.record({
      kind: fc.constantFrom('paragraph' as const, 'list_item' as const, 'code' as const, 'table' as const),
      level: fc.constant(0),
      text: fc
        .array(
          fc.constantFrom(
            'word',
            '😀',
            'e\u0301',
            '. ',
            '\n',
            ' ',
            '   ',
            '東京。',
            'x'.repeat(45),
            '😀'.repeat(40),
          ),
          {
            maxLength: 80,
          },
        )
        .map((parts) => parts.join('')),
    }),
  );
  const anyLimits = fc.record({
    maxCharacters: fc.integer({ min: 20, max: 200 }),
    overlapCharacters: fc.integer({ min: 0, max: 250 }),
  });
  const chunked = fc.tuple(fc.array(block, { maxLength: 12 }), anyLimits).map(([blocks, chunkLimits]) => {
    const document = layOut(blocks.map((each) => ({ ...each, text: each.text.toWellFormed() })));
    return { document, chunkLimits, chunks: chunkText(document, chunkLimits) };
  });

  it('leaves no text out', () => {
    fc.assert(
      fc.property(chunked, ({ document, chunks }) => {
        let covered = 0;
        for (const { start, end } of chunks) {
          expect(document.text.slice(covered, Math.max(covered, start)).trim()).toBe('');
          covered = Math.max(covered, end);
        }
        expect(document.text.slice(covered).trim()).toBe('');
      }),
    );
  });

  it('keeps every chunk within the limit', () => {
    fc.assert(
      fc.property(chunked, ({ chunks, chunkLimits }) => {
        expect(
          chunks.every(({ start, end }) => end > start && end - start <= chunkLimits.maxCharacters),
        ).toBe(true);
      }),
    );
  });

  it('never cuts a surrogate pair', () => {
    fc.assert(
      fc.property(chunked, ({ document, chunks }) => {
        expect(chunks.every(({ start, end }) => document.text.slice(start, end).isWellFormed())).toBe(true);
      }),
    );
  });

  it('goes forward with every chunk and repeats no more than the overlap', () => {
    fc.assert(
      fc.property(chunked, ({ chunks, chunkLimits }) => {
        chunks.slice(1).forEach((chunk, index) => {
          const previous = chunks[index]!;
          expect(chunk.start).toBeGreaterThan(previous.start);
          expect(previous.end - chunk.start).toBeLessThanOrEqual(chunkLimits.overlapCharacters);
        });
      }),
    );
  });
});
