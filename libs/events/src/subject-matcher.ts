import { internal } from '@weft/errors';

/**
 * Makes a test of subjects from patterns: `*` is any one word, `>` at the end one or more.
 * Source: NATS documentation, Subject-Based Messaging. Throws INTERNAL for a pattern that is none.
 */
export function subjectMatcher(patterns: readonly string[]): (subject: string) => boolean {
  const compiled = patterns.map(compile);
  return (subject) => {
    const words = subject.split('.');
    return compiled.some((pattern) => matches(pattern, words));
  };
}

function compile(pattern: string): string[] {
  const words = pattern.split('.');
  const valid = words.every(
    (word, index) => /^[\w-]+$/.test(word) || word === '*' || (word === '>' && index === words.length - 1),
  );
  if (!valid) throw internal(`'${pattern}' is not a pattern of subjects.`);
  return words;
}

function matches(pattern: readonly string[], words: readonly string[]): boolean {
  if (pattern.at(-1) === '>') {
    return (
      words.length >= pattern.length &&
      pattern.slice(0, -1).every((word, index) => word === '*' || word === words[index])
    );
  }
  return (
    words.length === pattern.length && pattern.every((word, index) => word === '*' || word === words[index])
  );
}
