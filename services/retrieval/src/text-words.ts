/** Longer words are cut: nobody asks for more of one, and an index entry has its limit. */
const wordLengthMax = 64;

/** Scripts that put no spaces between words. */
const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const runs = new RegExp(String.raw`[${unspaced}ー]+|(?:(?![${unspaced}])[\p{L}\p{M}\p{N}])+`, 'gu');
const startsUnspaced = new RegExp(`^[${unspaced}]`, 'u');

/**
 * The words of a text in order, as the index knows them before stemming: compatibility forms and case folded, accents of Latin, Greek and
 * Cyrillic letters dropped. Scripts without spaces give every pair of neighbouring characters, which finds words without a dictionary.
 */
export function wordsOf(text: string): string[] {
  // Accents: the combining marks U+0300 to U+036F. Marks of other scripts are letters in all but name, so they stay.
  const folded = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase();
  return (folded.match(runs) ?? []).flatMap((run) => (startsUnspaced.test(run) ? pairsOf(run) : [cut(run)]));
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function cut(word: string): string {
  return word.length <= wordLengthMax ? word : [...word.slice(0, wordLengthMax)].join('').toWellFormed();
}
