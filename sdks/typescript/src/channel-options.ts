import { version } from '../package.json';

/** When a connection counts as dead. A module of its own, so that tests need not wait for half a minute. */
export const keepalive = {
  // A connection whose other end has vanished is found after 30 s, not at the deadline of a call.
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
};

// The largest message that weft sends or takes: a document of 32 MiB with its envelope.
const messageBytesMax = 48 * 1024 * 1024;

/** What every connection is made with. */
export function channelOptions() {
  return {
    ...keepalive,
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.primary_user_agent': `weft-sdk-typescript/${version}`,
  };
}
