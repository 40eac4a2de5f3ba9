import { type CitedPassage } from './chat-answer';
import { formatCitations } from './format-citations';

const passage: CitedPassage = {
  number: 2,
  title: 'Guide',
  uri: 'a.md',
  headings: [],
  text: 'Short.',
  start_offset: 0,
  end_offset: 6,
};

it('names the title once when it is also the first heading', () => {
  const text = formatCitations([{ ...passage, headings: ['Guide', 'Setup'] }]);
  expect(text.split('\n')[0]).toBe('[2] Guide › Setup — a.md:0-6');
});

it('lists the passages by number, whatever their order in the answer', () => {
  const text = formatCitations([3, 1, 2].map((number) => ({ ...passage, number })));
  expect(text.match(/^\[\d\]/gm)).toEqual(['[1]', '[2]', '[3]']);
});

it('leaves out a title that is not there', () => {
  expect(formatCitations([{ ...passage, title: '' }]).split('\n')[0]).toBe('[2] a.md:0-6');
});

it('quotes the beginning of a long passage, cut between words, on one line', () => {
  const text = formatCitations([{ ...passage, text: `${'word and\n'.repeat(50)}` }]);
  expect(text.split('\n')[1]).toBe(`    “${'word and '.repeat(17)}word…”`);
});
