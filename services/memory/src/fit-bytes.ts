import { common } from '@weft/contracts';

/** How many bytes the messages of one response may have: a gRPC message of 4 MiB holds them with room for what is around them. */
export const messageBytesMax = 3 * 1024 * 1024;

/** How many of the messages, from the first on, have at most `messageBytesMax` bytes together. */
export function fitBytes(messages: readonly { message: common.Message }[]): number {
  let bytes = 0;
  for (const [index, { message }] of messages.entries()) {
    bytes += common.Message.encode(message).finish().length;
    if (bytes > messageBytesMax) return index;
  }
  return messages.length;
}
