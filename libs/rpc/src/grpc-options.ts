import { type ChannelOptions } from '@grpc/grpc-js';

/** The largest message that services exchange: a document of 32 MiB with its envelope. */
export const internalMessageBytesMax = 48 * 1024 * 1024;

/** How a connection is watched whose other end may have vanished without a word. */
export interface Keepalive {
  /** After how much silence the other end is asked for a sign of life, in milliseconds. */
  intervalMs: number;
  /** How long it may take to give one, in milliseconds. */
  timeoutMs: number;
}

const keepaliveDefault: Keepalive = { intervalMs: 20_000, timeoutMs: 10_000 };

/** Both sides watch the connection: without that a call on a half-open one hangs until its deadline. */
export function channelOptions(messageBytesMax: number, keepalive = keepaliveDefault): ChannelOptions {
  return {
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': keepalive.intervalMs,
    'grpc.keepalive_timeout_ms': keepalive.timeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
  };
}
