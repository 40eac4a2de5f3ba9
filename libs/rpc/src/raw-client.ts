import { type CompatServiceDefinition } from 'nice-grpc';
import { type RpcCallOptions } from './caller';
import { type RawCalls, rawServiceDefinition, splitPath } from './raw-calls';

type RawClient = Record<string, (request: unknown, options: RpcCallOptions) => unknown>;

/** Raw calls over a transport's ordinary clients, with definitions whose messages are bytes. */
export function rawCallsOver(client: (definition: CompatServiceDefinition) => object): RawCalls {
  const clients = new Map<string, RawClient>();
  const call = (path: string, request: unknown, options: RpcCallOptions): unknown => {
    const { service, method } = splitPath(path);
    let raw = clients.get(service);
    if (raw === undefined) {
      raw = client(rawServiceDefinition(service)) as RawClient;
      clients.set(service, raw);
    }
    return raw[method]!(request, options);
  };
  return {
    unary: (path, request, options) => call(path, request, options) as Promise<Uint8Array>,
    serverStream: (path, request, options) => call(path, request, options) as AsyncIterable<Uint8Array>,
    bidiStream: (path, requests, options) => call(path, requests, options) as AsyncIterable<Uint8Array>,
  };
}
