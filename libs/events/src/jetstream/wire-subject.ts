import { internal } from '@weft/errors';

import { subjectMatcher } from '../subject-matcher';

const firstWord = 'weft';

/** Where the events of a namespace are kept on a server, and by what subjects. One server may carry several wefts. */
export interface WireNames {
  /** The stream of the events: the namespace itself. Its subjects are `<namespace>.>`. */
  stream: string;
  /** The stream of the dead letters: `<namespace>_dead`. Its subjects are `<namespace>_dead.<consumer>.<subject of the event>`. */
  deadStream: string;
}

/** The names of a namespace. Throws INTERNAL for one that is not a word of letters, digits, `-` and `_`, or ends with `_dead`. */
export function wireNames(namespace: string): WireNames {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(namespace) || namespace.endsWith('_dead')) {
    throw internal(
      `The namespace of events '${namespace}' must be 1 to 64 letters, digits, '-' and '_', and not end with '_dead'.`,
    );
  }
  return { stream: namespace, deadStream: `${namespace}_dead` };
}

/** Whether events can go under a subject: `weft` and one or more words, without wildcards. */
export function isEventSubject(subject: string): boolean {
  return /^weft(\.[\w-]+)+$/.test(subject) && subject.length <= 255;
}

/** The subject on the wire: the first word, `weft`, becomes the namespace. */
export function toWire(namespace: string, subject: string): string {
  return namespace + subject.slice(firstWord.length);
}

/** The subject of the event, of one on the wire. */
export function fromWire(namespace: string, wireSubject: string): string {
  return firstWord + wireSubject.slice(namespace.length);
}

/**
 * The filters of a consumer on the wire that let through at least what its patterns match. The server refuses filters that overlap, so
 * where some do, one that lets everything through takes their place, and the consumer looks again at what it gets.
 * Throws INTERNAL for a pattern that is none or that matches no event, because it does not begin with `weft`.
 */
export function wireFilters(namespace: string, patterns: readonly string[]): string[] {
  subjectMatcher(patterns);
  const kept = new Set(patterns.map((pattern) => rooted(pattern)));
  const filters = [...kept].filter(
    (pattern) => ![...kept].some((other) => other !== pattern && includes(other, pattern)),
  );
  const overlapping = filters.some((one, index) =>
    filters.slice(index + 1).some((other) => overlap(one.split('.'), other.split('.'))),
  );
  return (overlapping ? [`${firstWord}.>`] : filters).map((pattern) => toWire(namespace, pattern));
}

/** The pattern beginning with `weft`, as all subjects of events do. */
function rooted(pattern: string): string {
  if (pattern === '>') return `${firstWord}.>`;
  const [first, ...rest] = pattern.split('.');
  if ((first !== firstWord && first !== '*') || rest.length === 0) {
    throw internal(`The pattern '${pattern}' matches no event: subjects begin with '${firstWord}.'.`);
  }
  return [firstWord, ...rest].join('.');
}

/** Whether every subject that `inner` matches is matched by `outer`. */
function includes(outer: string, inner: string): boolean {
  const outerWords = outer.split('.');
  const innerWords = inner.split('.');
  for (const [index, word] of outerWords.entries()) {
    const innerWord = innerWords[index];
    if (innerWord === undefined) return false;
    if (word === '>') return true;
    if (innerWord === '>') return false;
    if (word !== '*' && word !== innerWord) return false;
  }
  return outerWords.length === innerWords.length;
}

/** Whether some subject is matched by both. */
function overlap(one: readonly string[], other: readonly string[]): boolean {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one[index], other[index]];
    if (a === undefined || b === undefined) return false;
    if (a === '>' || b === '>') return true;
    if (a !== '*' && b !== '*' && a !== b) return false;
  }
  return true;
}
