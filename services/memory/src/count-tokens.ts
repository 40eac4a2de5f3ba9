import { type common } from '@weft/contracts';
import { countTokens as countExactly } from 'gpt-tokenizer/encoding/o200k_base';

/**
 * The longest run without a border between words that is encoded at once. The encoder takes the square of a run's length in time
 * (20,000 characters of one run: 0.8 s), so longer runs are counted in parts, which can count a token too many at each cut.
 */
const runLengthMax = 128;
const longRuns = new RegExp(`(\\S{${runLengthMax + 1},}|\\s{${runLengthMax + 1},})`);

/** Text such as `<|endoftext|>` is text to us, never a command. */
const options = { disallowedSpecial: new Set<string>() };

/** How many tokens a text has in OpenAI's `o200k_base` encoding. */
export function countTokens(text: string): number {
  // With a capturing group, split() puts the long runs at the odd places.
  const parts = text.split(longRuns);
  let count = 0;
  for (const [index, part] of parts.entries()) {
    count += index % 2 === 0 ? countExactly(part, options) : countRun(part);
  }
  return count;
}

/** How many tokens a message has: its text, its speaker's name, and the names and arguments of the tools it calls. */
export function countMessageTokens(message: common.Message): number {
  const texts = [
    message.content,
    message.name,
    ...message.toolCalls.flatMap(({ name, argumentsJson }) => [name, argumentsJson]),
  ];
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}

function countRun(run: string): number {
  let count = 0;
  for (let start = 0; start < run.length; start += runLengthMax) {
    count += countExactly(run.slice(start, start + runLengthMax), options);
  }
  return count;
}
