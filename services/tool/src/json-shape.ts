/** What JSON text holds that its value does not show. */
export interface JsonShape {
  /** How deep objects and lists are nested. */
  depth: number;
  /** A key that an object has twice; undefined when there is none. */
  duplicateKey: string | undefined;
}

/**
 * Looks at the shape of JSON text, in one pass.
 *
 * @param text what `JSON.parse` accepts
 */
export function jsonShape(text: string): JsonShape {
  const shape: JsonShape = { depth: 0, duplicateKey: undefined };
  /** The keys of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      shape.depth = Math.max(shape.depth, open.length);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = stringEnd(text, position);
      if (isKey(text, end)) addKey(shape, open.at(-1), text.slice(position, end));
      position = end - 1;
    }
  }
  return shape;
}

function addKey(shape: JsonShape, keys: Set<string> | undefined, literal: string): void {
  const key = JSON.parse(literal) as string;
  if (keys?.has(key)) shape.duplicateKey ??= key;
  keys?.add(key);
}

/** Where a string ends, behind its closing quote. */
function stringEnd(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}

function isKey(text: string, from: number): boolean {
  let position = from;
  while (' \t\n\r'.includes(text[position] ?? 'x')) position++;
  return text[position] === ':';
}
