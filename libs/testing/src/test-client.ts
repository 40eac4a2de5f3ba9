import { type Caller, type RpcCallOptions, type Transport } from '@weft/rpc';
import { newId } from '@weft/runtime';
import { type CompatServiceDefinition } from 'nice-grpc';
import { type Client } from 'nice-grpc';

/** Who a test calls as. */
export interface TestCaller {
  tenantId: string;
  /** Default: `*`. */
  scopes?: string[];
  /** Default: `test-key`. */
  apiKeyId?: string;
}

/** What a test says of one call. */
export interface TestCallOptions {
  signal?: AbortSignal;
  /** Default: 30 s. */
  timeoutMs?: number;
  requestId?: string;
}

/** A client whose calls come from one caller. */
export type TestClient<Definition extends CompatServiceDefinition> = Client<Definition, TestCallOptions>;

/** A caller as the gateway would make it. */
export function testCaller(caller: TestCaller, options: TestCallOptions = {}): Caller {
  return {
    identity: {
      tenantId: caller.tenantId,
      principal: { kind: 'api_key', id: caller.apiKeyId ?? 'test-key' },
      scopes: caller.scopes ?? ['*'],
    },
    requestId: options.requestId ?? newId(),
    deadline: Date.now() + (options.timeoutMs ?? 30_000),
  };
}

/** Binds a caller to a transport's client. */
export function bindCaller<Definition extends CompatServiceDefinition>(
  transport: Transport,
  definition: Definition,
  caller: TestCaller,
): TestClient<Definition> {
  const client = transport.client(definition) as Record<
    string,
    (request: unknown, options: RpcCallOptions) => unknown
  >;
  const bound = Object.keys(client).map((name) => [
    name,
    (request: unknown, options: TestCallOptions = {}) =>
      client[name]!(request, {
        caller: testCaller(caller, options),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
  ]);
  return Object.fromEntries(bound) as TestClient<Definition>;
}
