import { isCodeLike, repeatsQuestion } from './quotable';

describe('isCodeLike', () => {
  it.each(['const weft = new OpenAI({ baseURL: url });', `{"role": "user", "content": [1]}`])(
    'takes %p for code',
    (text) => {
      expect(isCodeLike(text)).toBe(true);
    },
  );

  it.each([
    'The key is kept in .weft/admin-key (mode 0600).',
    'It costs 5 % more, they said; nobody minded.',
  ])('takes %p for prose', (text) => {
    expect(isCodeLike(text)).toBe(false);
  });
});

describe('repeatsQuestion', () => {
  it('knows the question again inside an example', () => {
    expect(repeatsQuestion('{"content": "How are tenants kept apart?"}', 'How are tenants kept apart')).toBe(
      true,
    );
  });

  it('lets the answer pass that uses its words', () => {
    expect(
      repeatsQuestion('Tenants are kept apart by row-level security.', 'How are tenants kept apart?'),
    ).toBe(false);
  });

  it('lets everything pass when next to nothing was asked', () => {
    expect(repeatsQuestion('What is it?', 'it?')).toBe(false);
  });
});
