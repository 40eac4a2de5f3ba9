import {
  callFrom,
  type RawCalls,
  rawServiceDefinition,
  type RpcContext,
  type RpcService,
  type RunningServer,
  serve,
} from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type EntryPipeline } from '../entry/entry-pipeline';
import { publicMethods } from '../entry/public-methods';
import { requestIdOf } from '../entry/request-id';
import { traceparentOf } from '../entry/trace-context';

export interface GrpcDoorOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Whether contracts can be asked for by reflection. */
  reflection: boolean;
  enter: EntryPipeline;
  raw: RawCalls;
  logger: Logger;
}

/** Opens the gRPC door: every public RPC, handed on to its owner as bytes. */
export function openGrpcDoor(options: GrpcDoorOptions): Promise<RunningServer> {
  return serve({
    services: proxiedServices(options.raw),
    address: `${options.host}:${options.port}`,
    security: { kind: 'insecure' },
    raw: true,
    reflection: options.reflection,
    logger: options.logger,
    authenticate: ({ metadata, header, policy, deadline }) => {
      const requestId = requestIdOf(onlyText(metadata.getAll('x-request-id')));
      header.set('x-request-id', requestId);
      const latest = Date.now() + policy.deadlineMs;
      return options.enter({
        authorization: onlyText(metadata.getAll('authorization')),
        scope: policy.scope,
        requestId,
        traceparent: traceparentOf(onlyText(metadata.getAll('traceparent'))),
        deadline: Math.min(deadline ?? latest, latest),
      });
    },
  });
}

function proxiedServices(raw: RawCalls): RpcService[] {
  const methods = Map.groupBy(publicMethods(), ({ descriptor }) => descriptor.parent.typeName);
  return [...methods].map(([typeName, publicOnes]) => {
    const names = publicOnes.map(({ descriptor }) => descriptor.name);
    // What is internal is not even registered: to a caller it does not exist.
    const definition = Object.fromEntries(
      Object.entries(rawServiceDefinition(typeName)).filter(([name]) => names.includes(name)),
    );
    const implementation = Object.fromEntries(
      Object.entries(definition).map(([name, method]) => [name, proxyOf(method, raw)]),
    );
    return { definition, implementation } as RpcService;
  });
}

type Proxied = { path: string; requestStream: boolean; responseStream: boolean };

/** Of what came in, the identity, the deadline and the cancellation go on; metadata does not. */
function proxyOf({ path, requestStream, responseStream }: Proxied, raw: RawCalls) {
  if (!responseStream)
    return (request: Uint8Array, context: RpcContext) => raw.unary(path, request, callFrom(context));
  if (!requestStream)
    return (request: Uint8Array, context: RpcContext) => raw.serverStream(path, request, callFrom(context));
  return (requests: AsyncIterable<Uint8Array>, context: RpcContext) =>
    raw.bidiStream(path, requests, callFrom(context));
}

/** A value that is there once; repeated ones could be read differently by others. */
function onlyText(values: readonly (string | Uint8Array)[]): string | undefined {
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
}
