import { WeftError } from '@weft/errors';
import { type RpcCallOptions } from './caller';
import { methodPolicies, type MethodPolicy, methodPolicy } from './method-policy';

/** Calls by path whose messages stay bytes, for a door that passes on what it need not read. */
export interface RawCalls {
  unary(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array>;
  /** The call begins when the first response is asked for. */
  serverStream(path: string, request: Uint8Array, options: RpcCallOptions): AsyncIterable<Uint8Array>;
  /** The call begins when the first response is asked for. */
  bidiStream(
    path: string,
    requests: AsyncIterable<Uint8Array>,
    options: RpcCallOptions,
  ): AsyncIterable<Uint8Array>;
}

/** A method whose messages are bytes on both sides. */
export interface RawMethodDefinition {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestSerialize(message: Uint8Array): Uint8Array;
  requestDeserialize(bytes: Uint8Array): Uint8Array;
  responseSerialize(message: Uint8Array): Uint8Array;
  responseDeserialize(bytes: Uint8Array): Uint8Array;
  options: Record<string, never>;
}

export type RawServiceDefinition = Record<string, RawMethodDefinition>;

const same = (bytes: Uint8Array) => bytes;

/** The definition of a service of weft's contracts with messages as bytes, keyed by method name. */
export function rawServiceDefinition(typeName: string): RawServiceDefinition {
  const methods = [...methodPolicies().values()].filter(
    ({ descriptor }) => descriptor.parent.typeName === typeName,
  );
  return Object.fromEntries(methods.map((policy) => [policy.descriptor.name, rawMethod(policy)]));
}

/** The policy of a method that is to be called; throws UNIMPLEMENTED when no contract has it. */
export function knownMethod(path: string): MethodPolicy {
  const policy = methodPolicy(path);
  if (policy === undefined)
    throw new WeftError('UNIMPLEMENTED', 'UNKNOWN_METHOD', `There is no method ${path}.`);
  return policy;
}

function rawMethod({ path, kind }: MethodPolicy): RawMethodDefinition {
  return {
    path,
    requestStream: kind === 'client_streaming' || kind === 'bidi_streaming',
    responseStream: kind === 'server_streaming' || kind === 'bidi_streaming',
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
    options: {},
  };
}
