import { once } from 'node:events';
import {
  create,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { Client, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import type { CallOptions } from './call-options';
import { errorOfCall, WeftError } from './errors';

/** Where calls go, and what goes with each. */
export interface Connection {
  readonly client: Client;
  readonly metadata: Metadata;
  readonly timeoutMs: number;
  /** Those that are going on. */
  readonly calls: Set<{ cancel(): void }>;
}

/** Calls an RPC of any kind when the first response is asked for. A reader that stops reading pauses weft; one that leaves cancels the call. */
export async function* openCall(
  { client, metadata, timeoutMs: timeoutMsDefault, calls }: Connection,
  method: DescMethod,
  requests: Iterable<object> | AsyncIterable<object>,
  { signal, timeoutMs = timeoutMsDefault }: CallOptions,
): AsyncGenerator<Message, void, undefined> {
  // An abort before the call fires no event any more.
  if (signal?.aborted)
    throw new WeftError('CANCELLED', 'The call was aborted before it began.', { cause: signal.reason });
  const call = beginCall(client, method, metadata, Date.now() + timeoutMs);
  calls.add(call);
  const cancel = () => call.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  // The status that follows a cancel has no reader; without a listener Node would end the process over it.
  call.on('error', () => {});
  const over = new AbortController();
  let fault: { error: unknown } | undefined;
  send(call, method, requests, over.signal).catch((error: unknown) => {
    if (over.signal.aborted) return;
    fault = { error };
    cancel();
  });
  try {
    yield* call as AsyncIterable<Message>;
  } catch (error) {
    // The caller's own iterable of requests failed, and that cancelled the call.
    throw fault === undefined ? errorOfCall(error, signal) : fault.error;
  } finally {
    over.abort();
    calls.delete(call);
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

function beginCall(client: Client, method: DescMethod, metadata: Metadata, deadline: number) {
  try {
    return client.makeBidiStreamRequest<Message, Message>(
      `/${method.parent.typeName}/${method.name}`,
      (message) => Buffer.from(toBinary(method.input, message)),
      (bytes) => fromBinary(method.output, bytes),
      metadata.clone(),
      { deadline },
    );
  } catch (error) {
    // What gRPC says of a channel that was closed.
    throw new WeftError('CANCELLED', 'The client is closed.', { cause: error });
  }
}

/** The response of an RPC that has one. */
export async function onlyResponse(responses: AsyncIterable<Message>): Promise<Message> {
  let only: Message | undefined;
  for await (const response of responses) {
    if (only !== undefined) throw new WeftError('INTERNAL', 'More than one response came.');
    only = response;
  }
  if (only === undefined) throw new WeftError('INTERNAL', 'No response came.');
  return only;
}

async function send(
  call: ClientDuplexStream<Message, Message>,
  method: DescMethod,
  requests: Iterable<object> | AsyncIterable<object>,
  signal: AbortSignal,
): Promise<void> {
  for await (const request of requests) {
    if (signal.aborted) return;
    if (!call.write(create(method.input, request as MessageInitShape<typeof method.input>)))
      await once(call, 'drain', { signal });
  }
  call.end();
}
