import { cleanCharacters, cleanLine, cleanPreformatted, cleanProse } from './clean-text';

describe('cleanCharacters', () => {
  it('drops controls, soft hyphens and zero-width spaces', () => {
    expect(cleanCharacters('a\u0000b\u0007c\u00add\u200be\ufefff')).toBe('abcdef');
  });

  it('keeps joiners, which emoji need', () => {
    expect(cleanCharacters('👩‍🚀')).toBe('👩‍🚀');
  });

  it('composes letters with their marks', () => {
    expect(cleanCharacters('e\u0301')).toBe('é');
  });

  it('makes one line break of every kind', () => {
    expect(cleanCharacters('a\r\nb\rc\u2028d\fe')).toBe('a\nb\nc\nd\ne');
  });

  it('replaces half a surrogate pair, which no database takes', () => {
    expect(cleanCharacters('a\ud83db').isWellFormed()).toBe(true);
  });
});

describe('cleanProse', () => {
  it('takes runs of spaces and empty lines together', () => {
    expect(cleanProse('  a \t\u00a0 b  \n\n\n\n c ')).toBe('a b\n\nc');
  });
});

describe('cleanPreformatted', () => {
  it('keeps indentation and drops what ends a line', () => {
    expect(cleanPreformatted('\n\n  if (x) {\t \n\ty();\n  }\n')).toBe('  if (x) {\n\ty();\n  }');
  });
});

describe('cleanLine', () => {
  it('puts everything on one line', () => {
    expect(cleanLine(' a\n\n b\t c ')).toBe('a b c');
  });
});
