import { type Database } from '@weft/postgres';
import { type Stemmer } from './stemmer';

/** How many words are remembered; the oldest make room. */
const rememberedMax = 50_000;
const stopWord = '';

/**
 * PostgreSQL's own English stemmer (Snowball) with its stop words, which found most in the measurements of the README. It changes words of
 * other languages too, but the same way in documents and in queries. What it said once is remembered: it depends on the word alone.
 */
export class PostgresStemmer implements Stemmer {
  private readonly remembered = new Map<string, string>();

  constructor(private readonly database: Database) {}

  async stems(tenantId: string, words: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const stems = new Map<string, string>();
    const unknown = new Set<string>();
    const add = (word: string, stem: string) => stem !== stopWord && stems.set(word, stem);
    for (const word of words) {
      const stem = this.remembered.get(word);
      if (stem === undefined) unknown.add(word);
      else add(word, stem);
    }
    if (unknown.size === 0) return stems;
    const rows = await this.database.query<{ word: string; stem: string | null }>(
      tenantId,
      `select word, (ts_lexize('pg_catalog.english_stem', word))[1] as stem from unnest($1::text[]) as word`,
      [[...unknown]],
    );
    for (const { word, stem } of rows) {
      add(word, stem ?? stopWord);
      this.remember(word, stem ?? stopWord);
    }
    return stems;
  }

  private remember(word: string, stem: string): void {
    if (this.remembered.size >= rememberedMax) {
      for (const oldest of this.remembered.keys()) {
        this.remembered.delete(oldest);
        break;
      }
    }
    this.remembered.set(word, stem);
  }
}
