import { type CompatServiceDefinition } from 'nice-grpc';
import { type WeftClient } from './rpc-service';
import { type RawCalls } from './raw-calls';

/** A way to reach one or more services. */
export interface Transport {
  /** A client of a contract. Fails with WeftErrors alone. */
  client<Definition extends CompatServiceDefinition>(definition: Definition): WeftClient<Definition>;
  /** Calls with messages that stay bytes. */
  readonly raw: RawCalls;
  close(): void;
}
