import { ServerCredentials } from '@grpc/grpc-js';
import { descriptorImageBase64 } from '@weft/contracts';
import { unavailable, WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { createServer } from 'nice-grpc';
import { type CallContext, type ServerMiddleware } from 'nice-grpc-common';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { Admission } from './admission';
import { deadlineInterceptor } from './deadline-interceptor';
import { channelOptions, internalMessageBytesMax } from './grpc-options';
import { metadataKeys } from './metadata-keys';
import { type RpcService } from './rpc-service';
import { type ArrivingContext, type Authenticate, serverPipeline } from './server-pipeline';
import { publicError, toServerError } from './status-mapping';

export interface ServeOptions {
  services: RpcService[];
  /** `host:port`; port 0 lets the system choose. */
  address: string;
  authenticate: Authenticate;
  logger: Logger;
  /** Whether the contracts of `services` can be asked for by reflection. Default: no. */
  reflection?: boolean;
  /** Whether requests and answers are bytes that this process only passes on. Default: no. */
  raw?: boolean;
  /** The largest message, in bytes. Default: what services exchange, 48 MiB. */
  messageBytesMax?: number;
}

export interface RunningServer {
  port: number;
  /** Calls in flight. */
  callsInFlight(): number;
  /** Says NOT_SERVING, lets nobody in, waits for what is inside, and after `timeoutMs` ends it with a retryable error. */
  drain(timeoutMs: number): Promise<void>;
  /** Closes every connection at once. Drain first. */
  stop(): Promise<void>;
}

/** Serves contracts over gRPC, with health and, if asked for, reflection. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const admission = new Admission();
  const names = options.services.map(({ definition }) => serviceName(definition));
  const health = HealthState();
  for (const name of ['', ...names]) health.setStatus('healthy', name);
  const server = createServer({
    ...channelOptions(options.messageBytesMax ?? internalMessageBytesMax),
    ...{ interceptors: [deadlineInterceptor] },
  });

  server.add(HealthDefinition, HealthServiceImpl(health));
  if (options.reflection) {
    server.add(
      ServerReflectionService,
      ServerReflection(Buffer.from(descriptorImageBase64, 'base64'), names),
    );
  }
  const guarded = server
    .with(errorDetailsServerMiddleware)
    .with(wireErrors)
    .with(arrivalDeadline)
    .with(serverPipeline({ ...options, admission }));
  for (const { definition, implementation } of options.services)
    guarded.add(definition, implementation as never);

  const port = await listen(server, options.address);
  return {
    port,
    callsInFlight: () => admission.callsInFlight,
    async drain(timeoutMs) {
      for (const name of ['', ...names]) health.setStatus('unhealthy', name);
      await admission.drain(timeoutMs);
    },
    stop() {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, address: string): Promise<number> {
  try {
    return await server.listen(address, ServerCredentials.createInsecure());
  } catch (error) {
    throw unavailable(
      'ADDRESS_IN_USE',
      `gRPC cannot listen on ${address}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function serviceName(definition: RpcService['definition']): string {
  if (typeof (definition as { fullName?: unknown }).fullName === 'string')
    return (definition as { fullName: string }).fullName;
  const [method] = Object.values(definition as Record<string, { path: string }>);
  return method!.path.split('/')[1]!;
}

/** Puts WeftErrors into the form of the wire. */
const wireErrors: ServerMiddleware = async function* wireErrors(call, context) {
  try {
    return yield* call.next(call.request, context);
  } catch (error) {
    throw toServerError(error instanceof WeftError ? error : publicError(error));
  }
};

/** Reads the deadline that the interceptor left. */
const arrivalDeadline: ServerMiddleware<object> = async function* arrivalDeadline(
  call,
  context: CallContext,
) {
  const text = context.metadata.get(metadataKeys.deadline);
  const arriving: ArrivingContext =
    text === undefined ? context : Object.assign(context, { deadline: Number(text) });
  return yield* call.next(call.request, arriving);
};
