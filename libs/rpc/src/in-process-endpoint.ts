import { type CallContext, type ServerMiddleware } from 'nice-grpc-common';
import { type Caller } from './caller';
import { type ArrivingContext } from './server-pipeline';
import { type TypedMethod } from './typed-definition';

/** A method of a service in this process, behind the server's pipeline. */
export interface InProcessEndpoint {
  method: TypedMethod;
  /** Yields the responses of a stream; returns the response of a unary call. */
  invoke(request: unknown, context: ArrivingContext): AsyncGenerator<unknown, unknown, undefined>;
}

type Handler = (
  request: unknown,
  context: CallContext & { caller: Caller },
) => Promise<unknown> | AsyncIterable<unknown>;

/** Puts a handler behind a pipeline, as nice-grpc's server does. */
export function inProcessEndpoint(
  method: TypedMethod,
  handler: Handler,
  pipeline: ServerMiddleware<{ caller: Caller }>,
): InProcessEndpoint {
  const { path, requestStream, responseStream, options } = method;
  async function* respond(request: unknown, context: CallContext & { caller: Caller }) {
    if (!responseStream) return await (handler(request, context) as Promise<unknown>);
    yield* handler(request, context) as AsyncIterable<unknown>;
    return undefined;
  }
  return {
    method,
    invoke: (request, context) =>
      pipeline(
        {
          method: { path, requestStream, responseStream, options },
          requestStream,
          request,
          responseStream,
          next: respond,
        } as never,
        context,
      ),
  };
}
