/**
 * Writes an array as PostgreSQL reads it, such as `{"a","b",NULL}`; arrays inside are further dimensions.
 * Source: PostgreSQL documentation, 8.15.6 Array Input and Output Syntax.
 */
export function writeArray(values: readonly unknown[], writeElement: (value: unknown) => string): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (Array.isArray(value)) return writeArray(value, writeElement);
    return `"${writeElement(value).replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

/** Reads an array as PostgreSQL writes it. */
export function readArray(text: string, readElement: (text: string) => unknown): unknown[] {
  // An array whose lower bounds are not 1 has them in front: `[0:1]={1,2}`.
  const reader = new ArrayReader(text, text.indexOf('{'), readElement);
  return reader.array();
}

class ArrayReader {
  constructor(
    private readonly text: string,
    private position: number,
    private readonly readElement: (text: string) => unknown,
  ) {}

  /** Reads from `{` up to the `}` that belongs to it. */
  array(): unknown[] {
    const elements: unknown[] = [];
    this.position += 1;
    while (this.text[this.position] !== '}') {
      if (this.text[this.position] === ',') this.position += 1;
      elements.push(this.element());
    }
    this.position += 1;
    return elements;
  }

  private element(): unknown {
    const first = this.text[this.position];
    if (first === '{') return this.array();
    if (first === '"') return this.readElement(this.quoted());
    const bare = this.bare();
    return bare === 'NULL' ? null : this.readElement(bare);
  }

  private quoted(): string {
    const start = this.position + 1;
    let end = start;
    while (this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    this.position = end + 1;
    return this.text.slice(start, end).replace(/\\(.)/gs, '$1');
  }

  private bare(): string {
    const start = this.position;
    while (this.text[this.position] !== ',' && this.text[this.position] !== '}') this.position += 1;
    return this.text.slice(start, this.position);
  }
}
