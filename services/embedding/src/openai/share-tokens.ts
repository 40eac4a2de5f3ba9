/** What a token has, about, in text of European languages. */
const charactersPerToken = 4;

/**
 * Tells each text its part of the tokens that a provider reports for all of them together, by length; the parts sum up to exactly the
 * report. Without a report, a token for each four characters.
 */
export function shareTokens(reported: number | undefined, texts: readonly string[]): number[] {
  if (reported === undefined)
    return texts.map(({ length }) => Math.max(1, Math.ceil(length / charactersPerToken)));
  const total = texts.reduce((sum, { length }) => sum + length, 0);
  let lengthSoFar = 0;
  let sharedSoFar = 0;
  return texts.map(({ length }) => {
    lengthSoFar += length;
    const shared = Math.round((reported * lengthSoFar) / total) - sharedSoFar;
    sharedSoFar += shared;
    return shared;
  });
}
