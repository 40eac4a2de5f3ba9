import { type ChannelOptions } from '@grpc/grpc-js';

/** The largest message that services exchange: a document of 32 MiB with its envelope. */
export const internalMessageBytesMax = 48 * 1024 * 1024;

/** Both sides notice a half-open connection within 30 s; without keepalive a call on one hangs until its deadline. */
export function channelOptions(messageBytesMax: number): ChannelOptions {
  return {
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 1,
    // Retries are made at one layer only, and not at this one.
    'grpc.enable_retries': 0,
  };
}
