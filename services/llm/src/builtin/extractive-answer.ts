import { common } from '@weft/contracts';
import { chooseQuotes } from './choose-quotes';

/**
 * Answers the last question of a conversation with quotes, each followed by the marker of its passage such as `[1]`.
 * The same question and passages always give the same answer. It says itself what it is.
 */
export function extractiveAnswer(messages: common.Message[], passages: common.Passage[]): string {
  const question = messages.findLast(({ role }) => role === common.Role.USER)?.content ?? '';
  if (passages.length === 0) {
    return (
      'This is an extractive answer, made of quotes from documents, and no documents were found for this question, ' +
      'so there is nothing to quote. The built-in model cannot write text of its own.'
    );
  }
  const quotes = chooseQuotes(question, passages);
  if (quotes.length === 0) {
    return (
      'This is an extractive answer, made of quotes from documents, and none of the passages found ' +
      'answers this question, so there is nothing to quote.'
    );
  }
  const lines = quotes.map(({ text, passage }) => `“${text}” [${passage.number}]`);
  return `This is an extractive answer, made of quotes from the documents:\n\n${lines.join('\n\n')}`;
}
