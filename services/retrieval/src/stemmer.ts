/** Brings the forms of a word together. */
export interface Stemmer {
  /** The stem of each word; a stop word has none and is left out. */
  stems(tenantId: string, words: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}
