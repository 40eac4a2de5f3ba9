/** How JSON text holds a zero character or a half of a surrogate pair; an escaped backslash before it only costs a second look. */
const unstorable = /\\u(?:0000|d[89a-f])/i;

/**
 * JSON text that jsonb takes: a zero character and halves of a surrogate pair become U+FFFD. An event with such text in a name must not
 * keep its usage out of the ledger.
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON writes both as escapes. Names seldom hold them, and looking at every value costs several times the text.
  if (!unstorable.test(text)) return text;
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\u{FFFD}') : part,
  );
}
