import { type CompatServiceDefinition, type Client, type ServiceImplementation } from 'nice-grpc';
import { type Caller, type CallerOptions } from './caller';

/** A service's contract with the handlers that fulfil it. */
export interface RpcService {
  definition: CompatServiceDefinition;
  implementation: Record<string, (request: never, context: never) => unknown>;
}

/** Binds handlers to a contract. */
export function implement<Definition extends CompatServiceDefinition>(
  definition: Definition,
  implementation: ServiceImplementation<Definition, { caller: Caller }>,
): RpcService {
  return { definition, implementation: implementation as RpcService['implementation'] };
}

/** A client of a contract; every call says who asks. */
export type WeftClient<Definition extends CompatServiceDefinition> = Client<Definition, CallerOptions>;
