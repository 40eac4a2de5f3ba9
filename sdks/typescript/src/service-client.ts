import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { CallOptions } from './call-options';
import { checkedEvents, type EventStream } from './event-stream';
import { type Connection, openCall, onlyResponse } from './grpc-call';

/** The RPCs of a service as methods, such as `searchDocuments`. A request that is a stream is an iterable of messages. All throw WeftError. */
export type ServiceClient<Service extends DescService> = {
  readonly [Name in keyof Service['method']]: MethodClient<Service['method'][Name]>;
};

type MethodClient<Method> =
  Method extends DescMethodUnary<infer Input, infer Output>
    ? (request: MessageInitShape<Input>, options?: CallOptions) => Promise<MessageShape<Output>>
    : Method extends DescMethodServerStreaming<infer Input, infer Output>
      ? (request: MessageInitShape<Input>, options?: CallOptions) => EventStream<MessageShape<Output>>
      : Method extends DescMethodClientStreaming<infer Input, infer Output>
        ? (
            requests: AsyncIterable<MessageInitShape<Input>>,
            options?: CallOptions,
          ) => Promise<MessageShape<Output>>
        : Method extends DescMethodBiDiStreaming<infer Input, infer Output>
          ? (
              requests: AsyncIterable<MessageInitShape<Input>>,
              options?: CallOptions,
            ) => EventStream<MessageShape<Output>>
          : never;

/** A client of the service that a descriptor describes. */
export function serviceClient<Service extends DescService>(
  connection: Connection,
  service: Service,
): ServiceClient<Service> {
  const methods = service.methods.map((method) => [method.localName, methodClient(connection, method)]);
  return Object.freeze(Object.fromEntries(methods)) as ServiceClient<Service>;
}

/** A request that is not a stream travels as a stream of one: on the wire they are the same. */
function methodClient(connection: Connection, method: DescMethod): unknown {
  type Request = MessageInitShape<typeof method.input>;
  const { methodKind, output } = method;
  const isStreamOut = methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
  const isStreamIn = methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
  return (request: Request | AsyncIterable<Request>, options: CallOptions = {}) => {
    const requests = isStreamOut ? (request as AsyncIterable<Request>) : [request as Request];
    const responses = openCall(connection, method, requests, options);
    return isStreamIn ? checkedEvents(responses, output) : onlyResponse(responses);
  };
}
