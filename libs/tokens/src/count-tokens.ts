import { countTokens as countBytePairs } from 'gpt-tokenizer/encoding/o200k_base';

/** Words longer than this are cut before they are counted. */
const wordLengthMax = 256;
const longWord = new RegExp(`\\S{${wordLengthMax + 1}}|\\s{${wordLengthMax + 1}}`);
const pieces = new RegExp(`\\s{0,${wordLengthMax}}\\S{1,${wordLengthMax}}|\\s{1,${wordLengthMax}}`, 'g');

/** Users may write the names of special tokens; they count as the text they are. */
const asPlainText = { disallowedSpecial: new Set<string>() };

/** Counts the tokens of a text as the encoding `o200k_base` has them. */
export function countTokens(text: string): number {
  // The encoder's time grows with the square of a word's length: 10 s for one word of 200,000 letters.
  if (!longWord.test(text)) return countBytePairs(text, asPlainText);
  return (text.match(pieces) ?? []).reduce((sum, piece) => sum + countBytePairs(piece, asPlainText), 0);
}
