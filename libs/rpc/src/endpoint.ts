import { internal, type FieldViolation, invalidFields, WeftError } from '@weft/errors';
import { type RpcContext } from './caller';
import { untilAborted } from './abort';
import { type ArrivingContext, InboundCall, type InboundOptions } from './inbound-call';
import { encodeMessage, type MessageType } from './message-codec';
import { type MethodPolicy, methodPolicy } from './method-policy';
import { type RawServiceDefinition } from './raw-calls';
import { requestCheck } from './request-rules';
import { ResponseStream } from './response-stream';
import { type RpcService } from './rpc-service';
import { methodsOf, type TypedMethod } from './typed-definition';

/** One method of a service, bytes in and bytes out: what every transport calls, so that none differs from another. */
export interface Endpoint {
  policy: MethodPolicy;
  /** Answers a call whose method returns one message. Fails with WeftErrors alone. */
  answer(request: Uint8Array, context: ArrivingContext): Promise<Uint8Array>;
  /** Answers a call whose method returns a stream. Begins when the first message is asked for; fails with WeftErrors alone. */
  stream(
    request: Uint8Array | AsyncIterable<Uint8Array>,
    context: ArrivingContext,
  ): AsyncIterableIterator<Uint8Array>;
}

/** How a method reads its requests and writes its responses. */
export interface EndpointCodec {
  readRequest(bytes: Uint8Array): unknown;
  writeResponse(message: unknown): Uint8Array;
}

export type Handler = (request: unknown, context: RpcContext) => Promise<unknown> | AsyncIterable<unknown>;

/** The endpoints of a service of @weft/contracts: messages are decoded, and requests checked against the rules of their fields. */
export function typedEndpoints(service: RpcService, options: InboundOptions): Endpoint[] {
  return Object.entries(methodsOf(service.definition)).map(([name, method]) => {
    const policy = policyOf(method.path);
    return createEndpoint(policy, typedCodec(method, policy), handlerOf(service, name), options);
  });
}

/** The endpoints of a service whose messages stay bytes; their owner checks them. */
export function rawEndpoints(service: RpcService, options: InboundOptions): Endpoint[] {
  return Object.entries(service.definition as RawServiceDefinition).map(([name, { path }]) =>
    createEndpoint(policyOf(path), rawCodec, handlerOf(service, name), options),
  );
}

function createEndpoint(
  policy: MethodPolicy,
  codec: EndpointCodec,
  handler: Handler,
  options: InboundOptions,
): Endpoint {
  return {
    policy,
    async answer(bytes, context) {
      const call = new InboundCall(policy, context, options);
      try {
        const admitted = await call.admit();
        const request = codec.readRequest(bytes);
        const answer = call.within(() => handler(request, admitted) as Promise<unknown>);
        return codec.writeResponse(await untilAborted(Promise.resolve(answer), call.signal));
      } catch (error) {
        const failure = call.failure(error);
        // What the handler began and no longer waits for, such as a call to another service, must end too.
        call.abort(failure);
        throw failure;
      } finally {
        call.end();
      }
    },
    stream: (request, context) =>
      new ResponseStream(() => new InboundCall(policy, context, options), request, codec, handler),
  };
}

function typedCodec({ requestType, responseType, path }: TypedMethod, policy: MethodPolicy): EndpointCodec {
  const check = requestCheck(policy.descriptor.input.typeName);
  return {
    readRequest(bytes) {
      const request = decoded(requestType, bytes, policy);
      const violations: FieldViolation[] = [];
      check?.(request, '', violations);
      if (violations.length > 0) throw invalidFields(violations);
      return request;
    },
    writeResponse(message) {
      if (message === undefined || message === null) throw internal(`${path} returned no message`);
      return encodeMessage(responseType, message);
    },
  };
}

function decoded(type: MessageType, bytes: Uint8Array, policy: MethodPolicy): Record<string, unknown> {
  try {
    return type.decode(bytes) as Record<string, unknown>;
  } catch (cause) {
    const message = `The request is not a ${policy.descriptor.input.typeName}.`;
    throw new WeftError('INVALID_ARGUMENT', 'MALFORMED_MESSAGE', message, { cause });
  }
}

const rawCodec: EndpointCodec = {
  readRequest: (bytes) => bytes,
  writeResponse: (message) => message as Uint8Array,
};

function policyOf(path: string): MethodPolicy {
  const policy = methodPolicy(path);
  if (policy === undefined) throw internal(`${path} is in no contract`);
  return policy;
}

function handlerOf({ implementation }: RpcService, name: string): Handler {
  const handler = implementation[name];
  if (handler === undefined) throw internal(`the method ${name} has no handler`);
  return handler.bind(implementation) as Handler;
}
