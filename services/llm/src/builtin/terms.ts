const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Words that say how a question is asked and not what about. */
const stopWords = new Set(
  (
    'a about after all also am an and any are as at be because been before being but by can could did do does doing done each ' +
    'explain find for from get gets give had has have having he her his how i if in into is it its just know like list made make ' +
    'makes many may me mean means might more most much must my need no not of on one only or other our out over please say says ' +
    'shall she should show so some such tell than that the their them then there these they this those to too under up us use ' +
    'used uses using very want was way we were what when where which while who whom whose why will with would yes you your'
  ).split(' '),
);

/** The words of a text that carry meaning, in lower case and without endings; each once. */
export function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const { segment, isWordLike } of wordSegmenter.segment(text.toLowerCase())) {
    if (!isWordLike) continue;
    // A name such as `read_timeout` or `node.js` is also known by its parts.
    for (const word of segment.split(/[._']/)) {
      if (word.length > 1 && !stopWords.has(word)) terms.add(stem(word));
    }
  }
  return terms;
}

/** Takes the usual English endings off, so that `retries`, `retried` and `retrying` are one term. */
function stem(word: string): string {
  if (word.length <= 3 || /\d/.test(word)) return word;
  const bare = word
    .replace(/(ss|sh|ch|x)es$/, '$1')
    .replace(/ies$/, 'y')
    .replace(/([^s])s$/, '$1')
    .replace(/ied$/, 'y');
  const root = bare.replace(/(?<=.{3})(ing|ed|ly|er|or|ation|ment)$/, '');
  return root.replace(/([^aeiouls])\1$/, '$1').replace(/(?<=.{3})e$/, '');
}
