import { common } from '@weft/contracts';
import fc from 'fast-check';
import { passageOf, user } from '../requests.fixture';
import { extractiveAnswer } from './extractive-answer';

const opening = 'This is an extractive answer, made of quotes from';
const passages = [
  passageOf(1, 'The gateway is the only door. It owns API keys, tenants and quotas.'),
  passageOf(2, 'The retrieval service indexes documents. Vectors are kept beside the chunks.'),
  passageOf(3, 'Cold start takes ten seconds at the most.', { title: 'Quality bars', headings: ['Speed'] }),
];
const ask = (question: string, given = passages) => extractiveAnswer([user(question)], given);

describe('extractiveAnswer', () => {
  it('says in its first words what it is', () => {
    expect(ask('Who owns API keys?').startsWith(`${opening} the documents:`)).toBe(true);
  });

  it('quotes the sentence that answers and cites its passage', () => {
    expect(ask('Who owns API keys?')).toContain('“It owns API keys, tenants and quotas.” [1]');
  });

  it('leaves out what does not answer', () => {
    expect(ask('Who owns API keys?')).not.toMatch(/\[[23]\]/);
  });

  it('cites a passage by its number and not by its place', () => {
    expect(ask('Who owns API keys?', [passageOf(7, 'The gateway owns API keys.')])).toContain('[7]');
  });

  it('finds a sentence by the headings above it as well', () => {
    expect(ask('What is the speed of a cold start?')).toContain('[3]');
  });

  it('says so when there are no passages', () => {
    const answer = ask('Who owns API keys?', []);
    expect([
      answer.startsWith(opening),
      answer.includes('no documents were found'),
      /\[\d+\]/.test(answer),
    ]).toEqual([true, true, false]);
  });

  it('says so when no passage fits, and quotes none', () => {
    const answer = ask('Will it rain in Paris tomorrow?');
    expect([
      answer.startsWith(opening),
      answer.includes('none of the passages'),
      /\[\d+\]/.test(answer),
    ]).toEqual([true, true, false]);
  });

  it('answers the last question of the conversation', () => {
    const answered = common.Message.fromPartial({ role: common.Role.ASSISTANT, content: 'The gateway.' });
    const answer = extractiveAnswer(
      [user('Who owns API keys?'), answered, user('What indexes documents?')],
      passages,
    );
    expect([answer.includes('[2]'), answer.includes('[1]')]).toEqual([true, false]);
  });

  it('does not quote the same sentence twice', () => {
    const answer = ask('Who owns API keys?', [
      passageOf(1, 'The gateway owns API keys.'),
      passageOf(2, 'The gateway owns API keys.'),
    ]);
    expect(answer.match(/\[\d+\]/g)).toEqual(['[1]']);
  });

  it('quotes four sentences at the most', () => {
    const contents = [
      'red foxes hunt',
      'blue jays sing',
      'tall oaks bend',
      'old owls hoot',
      'wet dogs bark',
      'shy cats hide',
    ];
    const many = contents.map((content, index) => passageOf(index + 1, `Key rule: ${content}.`));
    expect(ask('key rule', many).match(/\[\d+\]/g)?.length).toBe(4);
  });

  it('is the same each time', () => {
    expect(ask('Who owns documents and keys?')).toBe(ask('Who owns documents and keys?'));
  });

  it('cites only passages there are, each after words of that passage, whatever is asked', () => {
    const word = fc.constantFrom(
      'gateway',
      'keys',
      'cold',
      'start',
      'vector',
      '[9]',
      '\n',
      '| a | b |',
      'documents.',
    );
    const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (question, texts) => {
        const given = texts.map((content, index) => passageOf(index + 1, content));
        const markers = [...ask(question, given).matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
        return markers.every((number) => number >= 1 && number <= texts.length);
      }),
    );
  });
});
