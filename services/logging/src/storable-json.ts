/**
 * JSON text that jsonb takes: a zero character and halves of a surrogate pair become U+FFFD. An event with such text in a name must not
 * keep its usage out of the ledger.
 */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed().replaceAll('\0', '\u{FFFD}') : part,
  );
}
