import { type common } from '@weft/contracts';
import { countTokens } from '@weft/tokens';

/** How many tokens a message has: its text, its speaker's name, and the names and arguments of the tools it calls. */
export function countMessageTokens(message: common.Message): number {
  const texts = [
    message.content,
    message.name,
    ...message.toolCalls.flatMap(({ name, argumentsJson }) => [name, argumentsJson]),
  ];
  return texts.reduce((sum, text) => sum + countTokens(text), 0);
}
