import { internal, unavailable } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { type CompatServiceDefinition } from 'nice-grpc';
import { Metadata } from 'nice-grpc-common';
import { Admission } from './admission';
import { type RpcCallOptions } from './caller';
import { type InProcessEndpoint, inProcessEndpoint } from './in-process-endpoint';
import { methodsOf, type TypedMethod } from './typed-definition';
import { type RawCalls } from './raw-calls';
import { type RpcService, type WeftClient } from './rpc-service';
import { type ArrivingContext, serverPipeline } from './server-pipeline';
import { type Transport } from './transport';

/** Services within this process, called through the pipeline that calls from outside pass, without the wire between. */
export interface InProcessTransport extends Transport {
  /** Offers services; they can be called from then on. */
  add(services: RpcService[]): void;
  /** Lets no call in any more and waits for those inside; after `timeoutMs` ends them with a retryable error. */
  drain(timeoutMs: number): Promise<void>;
}

type FindEndpoint = (path: string) => InProcessEndpoint;

/** Makes an in-process transport that offers nothing yet. */
export function createInProcessTransport(options: { logger: Logger }): InProcessTransport {
  const endpoints = new Map<string, InProcessEndpoint>();
  const admission = new Admission();
  const pipeline = serverPipeline({
    admission,
    logger: options.logger,
    authenticate({ handedOver, policy }) {
      if (handedOver === undefined) throw internal(`${policy.path} was called without a caller`);
      return handedOver;
    },
  });
  const find: FindEndpoint = (path) => {
    const found = endpoints.get(path);
    if (found === undefined)
      throw unavailable('SERVICE_NOT_RUNNING', `No service in this process offers ${path}.`);
    return found;
  };
  return {
    add(services) {
      for (const { definition, implementation } of services) {
        for (const [name, method] of Object.entries(methodsOf(definition))) {
          const handler = implementation[name];
          if (handler === undefined) throw internal(`${method.path} has no handler`);
          endpoints.set(
            method.path,
            inProcessEndpoint(method, handler.bind(implementation) as never, pipeline),
          );
        }
      }
    },
    client: (definition) => typedClient(definition, find),
    raw: rawCalls(find),
    drain: (timeoutMs) => admission.drain(timeoutMs),
    close: () => endpoints.clear(),
  };
}

/** Messages are copied on the way in and out, as the wire would: no service sees another change what it was handed. */
function typedClient<Definition extends CompatServiceDefinition>(
  definition: Definition,
  find: FindEndpoint,
): WeftClient<Definition> {
  const calls = Object.entries(methodsOf(definition)).map(([name, method]) => [
    name,
    typedCall(method, find),
  ]);
  return Object.fromEntries(calls) as WeftClient<Definition>;
}

function typedCall(method: TypedMethod, find: FindEndpoint) {
  const request = (message: unknown): unknown =>
    method.requestStream
      ? mapped(message as AsyncIterable<unknown>, method.requestType.fromPartial)
      : method.requestType.fromPartial(message);
  if (method.responseStream) {
    return (message: unknown, options: RpcCallOptions) =>
      mapped(find(method.path).invoke(request(message), arrival(options)), method.responseType.fromPartial);
  }
  return async (message: unknown, options: RpcCallOptions) => {
    const result = await find(method.path).invoke(request(message), arrival(options)).next();
    return method.responseType.fromPartial(result.value);
  };
}

function rawCalls(find: FindEndpoint): RawCalls {
  const stream = (path: string, request: (method: TypedMethod) => unknown, options: RpcCallOptions) => {
    const { invoke, method } = find(path);
    return mapped(invoke(request(method), arrival(options)), (message) => encoded(method, message));
  };
  return {
    async unary(path, bytes, options) {
      const { invoke, method } = find(path);
      const result = await invoke(method.requestType.decode(bytes), arrival(options)).next();
      return encoded(method, result.value);
    },
    serverStream: (path, bytes, options) =>
      stream(path, (method) => method.requestType.decode(bytes), options),
    bidiStream: (path, messages, options) =>
      stream(path, (method) => mapped(messages, (bytes) => method.requestType.decode(bytes)), options),
  };
}

function encoded({ responseType }: TypedMethod, message: unknown): Uint8Array {
  return responseType.encode(responseType.fromPartial(message)).finish();
}

function arrival(options: RpcCallOptions): ArrivingContext {
  return {
    metadata: options.metadata ?? Metadata(),
    peer: 'in-process',
    header: Metadata(),
    sendHeader: () => undefined,
    trailer: Metadata(),
    signal: options.signal ?? neverAborted,
    ...(options.caller === undefined
      ? {}
      : { deadline: options.caller.deadline, handedOver: options.caller }),
  };
}

const neverAborted = new AbortController().signal;

async function* mapped<In, Out>(
  source: AsyncIterable<In>,
  map: (item: In) => Out,
): AsyncGenerator<Out, void, undefined> {
  for await (const item of source) yield map(item);
}
