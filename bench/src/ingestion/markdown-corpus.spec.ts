import { markdownCorpus } from './markdown-corpus';

it('is the same in every run', () => {
  expect(markdownCorpus(5)).toEqual(markdownCorpus(5));
});

it('has no two documents with the same content or uri', () => {
  const corpus = markdownCorpus(60);
  expect([new Set(corpus.map(({ text }) => text)).size, new Set(corpus.map(({ uri }) => uri)).size]).toEqual([
    60, 60,
  ]);
});

it('has documents of the size that people write', () => {
  const sizes = markdownCorpus(60).map(({ text }) => text.length);
  expect([Math.min(...sizes) > 1_000, Math.max(...sizes) < 20_000]).toEqual([true, true]);
});
