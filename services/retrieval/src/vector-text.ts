/** A vector as pgvector reads it. Nine significant digits hold a 32-bit float exactly. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.map((value) => value.toPrecision(9)).join(',')}]`;
}
