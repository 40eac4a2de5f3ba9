import { internal } from '@weft/errors';
import { type CompatServiceDefinition } from 'nice-grpc';
import { type RpcCallOptions } from './caller';
import { mappedStream } from './mapped-stream';
import { encodeMessage } from './message-codec';
import { type RawCalls } from './raw-calls';
import { type WeftClient } from './rpc-service';
import { methodsOf, type TypedMethod } from './typed-definition';

/** A client of a contract over calls whose messages are bytes: every transport has the same. */
export function typedClient<Definition extends CompatServiceDefinition>(
  definition: Definition,
  calls: RawCalls,
): WeftClient<Definition> {
  const methods = Object.entries(methodsOf(definition)).map(([name, method]) => [
    name,
    typedCall(method, calls),
  ]);
  return Object.fromEntries(methods) as WeftClient<Definition>;
}

function typedCall(method: TypedMethod, calls: RawCalls) {
  const { path, requestStream, responseStream } = method;
  if (requestStream && !responseStream)
    throw internal(`${path} streams its requests alone: no transport offers that`);
  const encode = (message: unknown) => encodeRequest(method, message);
  const decode = (bytes: Uint8Array) => decodeResponse(method, bytes);
  if (requestStream) {
    return (messages: AsyncIterable<unknown>, options: RpcCallOptions = {}) =>
      mappedStream(
        () =>
          calls.bidiStream(
            path,
            mappedStream(() => messages, encode),
            options,
          ),
        decode,
      );
  }
  if (responseStream) {
    return (message: unknown, options: RpcCallOptions = {}) =>
      mappedStream(() => calls.serverStream(path, encode(message), options), decode);
  }
  return async (message: unknown, options: RpcCallOptions = {}) =>
    decode(await calls.unary(path, encode(message), options));
}

function encodeRequest({ requestType, path }: TypedMethod, message: unknown): Uint8Array {
  try {
    return encodeMessage(requestType, message);
  } catch (cause) {
    throw internal(`${path} was called with what is not its request`, cause);
  }
}

function decodeResponse({ responseType, path }: TypedMethod, bytes: Uint8Array): unknown {
  try {
    return responseType.decode(bytes);
  } catch (cause) {
    throw internal(`${path} was answered with what is not its response`, cause);
  }
}
