import { WeftError } from '@weft/errors';
import { type CallContext, type ServerMiddleware } from 'nice-grpc-common';
import { type Endpoint } from './endpoint';
import { type ArrivingContext } from './inbound-call';
import { metadataKeys } from './metadata-keys';
import { publicError } from './public-error';
import { rawServiceDefinition, type RawServiceDefinition } from './raw-calls';
import { toServerError } from './status-mapping';

/** A service as nice-grpc is given it: every message is bytes. */
export interface GrpcService {
  name: string;
  definition: RawServiceDefinition;
  handlers: Record<string, (request: never, context: CallContext) => unknown>;
}

/** Puts the endpoints of one service behind gRPC. */
export function grpcService(endpoints: Endpoint[]): GrpcService {
  const name = endpoints[0]!.policy.descriptor.parent.typeName;
  const methods = rawServiceDefinition(name);
  const service: GrpcService = { name, definition: {}, handlers: {} };
  for (const { policy, answer, stream } of endpoints) {
    const { name: method } = policy.descriptor;
    const call = methods[method]!.responseStream ? stream : answer;
    service.definition[method] = methods[method]!;
    service.handlers[method] = (request: never, context: CallContext) => call(request, arriving(context));
  }
  return service;
}

/** Puts WeftErrors into the form of the wire. */
export const wireErrors: ServerMiddleware = async function* wireErrors(call, context) {
  try {
    return yield* call.next(call.request, context);
  } catch (error) {
    throw toServerError(error instanceof WeftError ? error : publicError(error));
  }
};

/** Reads the deadline that the interceptor left. */
function arriving(context: CallContext): ArrivingContext {
  const text = context.metadata.get(metadataKeys.deadline);
  return text === undefined ? context : Object.assign(context, { deadline: Number(text) });
}
