import { internal } from '@weft/errors';
import { type CompatServiceDefinition } from 'nice-grpc';
import { mappedStream } from './mapped-stream';
import { domainOf } from './method-policy';
import { knownMethod, type RawCalls } from './raw-calls';
import { type WeftClient } from './rpc-service';
import { type Transport } from './transport';

/** The services that a service can call, whatever transport reaches each. */
export interface Peers {
  /** A client of a contract; the domain of its package says which service. */
  client<Definition extends CompatServiceDefinition>(definition: Definition): WeftClient<Definition>;
  /** Calls by path with messages that stay bytes. */
  readonly raw: RawCalls;
}

/**
 * Makes peers of transports.
 *
 * @param transportOf the transport that reaches a domain's service, such as `retrieval`; asked when one is first needed
 */
export function createPeers(transportOf: (domain: string) => Transport): Peers {
  const clients = new Map<CompatServiceDefinition, object>();
  const raw = (path: string) => transportOf(knownMethod(path).domain).raw;
  return {
    client<Definition extends CompatServiceDefinition>(definition: Definition) {
      let client = clients.get(definition);
      if (client === undefined) {
        client = transportOf(domainOf(fullName(definition))).client(definition);
        clients.set(definition, client);
      }
      return client as WeftClient<Definition>;
    },
    raw: {
      unary: async (path, request, options) => raw(path).unary(path, request, options),
      serverStream: (path, request, options) =>
        mappedStream(() => raw(path).serverStream(path, request, options), same),
      bidiStream: (path, requests, options) =>
        mappedStream(() => raw(path).bidiStream(path, requests, options), same),
    },
  };
}

const same = (bytes: Uint8Array) => bytes;

function fullName(definition: CompatServiceDefinition): string {
  const { fullName } = definition as { fullName?: unknown };
  if (typeof fullName !== 'string') throw internal('Peers take definitions of @weft/contracts alone');
  return fullName;
}
