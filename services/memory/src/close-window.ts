import { common } from '@weft/contracts';

/**
 * Cuts the newest messages of a conversation so that no tool's result is without the call it answers: the window begins at the first
 * message from which on every result has its call. Ids of calls may come again later in a conversation, so a result answers
 * the nearest call before it.
 *
 * @param messages the newest messages that fit, oldest first
 * @returns an end part of `messages`
 */
export function closeWindow<Entry extends { message: common.Message }>(messages: readonly Entry[]): Entry[] {
  const callIndexes = indexesOfCalls(messages);
  let begin = messages.length;
  let earliestCall = Infinity;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    earliestCall = Math.min(earliestCall, callIndexes[index]!);
    if (earliestCall >= index) begin = index;
  }
  return messages.slice(begin);
}

/** For each message, where the call is that it answers: Infinity when it answers none, -1 when that call is not there. */
function indexesOfCalls(messages: readonly { message: common.Message }[]): number[] {
  const latest = new Map<string, number>();
  return messages.map(({ message }, index) => {
    for (const { id } of message.toolCalls) latest.set(id, index);
    return message.role === common.Role.TOOL ? (latest.get(message.toolCallId) ?? -1) : Infinity;
  });
}
