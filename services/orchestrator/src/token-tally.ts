import { countTokens } from '@weft/tokens';

/** Text without white space longer than this is counted in pieces. */
const pieceLength = 1000;

/** Counts the tokens of a text that is still being written, each part once. A cut between parts can count a token too many. */
export class TokenTally {
  private counted = 0;
  private rest = '';

  add(text: string): void {
    this.rest += text;
  }

  /** The tokens so far. */
  count(): number {
    // A token does not reach over the white space that it begins with, so what is before the last one does not change any more.
    const cut = this.rest.search(/\s\S*$/);
    const end = cut >= 0 ? cut : this.rest.length > pieceLength ? this.rest.length : 0;
    this.counted += tokensOf(this.rest.slice(0, end));
    this.rest = this.rest.slice(end);
    return this.counted + tokensOf(this.rest);
  }
}

function tokensOf(text: string): number {
  return text === '' ? 0 : countTokens(text);
}
