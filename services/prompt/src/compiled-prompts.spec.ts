import { type CompiledPrompt } from './compile-prompt';
import { CompiledPrompts } from './compiled-prompts';

const compiledOf = (size: number): CompiledPrompt => ({
  messages: [],
  schema: { declared: new Set(), violationsOf: () => [] },
  size,
});

describe('CompiledPrompts', () => {
  it('drops the one used longest ago when there are too many', () => {
    const compiled = new CompiledPrompts(2);
    for (const digest of ['a', 'b']) compiled.set(digest, compiledOf(1));
    compiled.get('a');
    compiled.set('c', compiledOf(1));
    expect(['a', 'b', 'c'].filter((digest) => compiled.get(digest) !== undefined)).toEqual(['a', 'c']);
  });

  it('drops some when they are too large together', () => {
    const compiled = new CompiledPrompts(100);
    for (const digest of ['a', 'b', 'c']) compiled.set(digest, compiledOf(9_000_000));
    expect(['a', 'b', 'c'].filter((digest) => compiled.get(digest) !== undefined)).toEqual(['b', 'c']);
  });
});
