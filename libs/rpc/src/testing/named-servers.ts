import { type safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import {
  authenticateInternal,
  connectGrpc,
  type GrpcTransportOptions,
  type RpcContext,
  serve,
  type ServeOptions,
  type Transport,
  type WeftClient,
} from '../index';
import { testCaller, testTokens } from './both-transports';
import { safetyService, screenRequest } from './test-services';

export type SafetyClient = WeftClient<safety.SafetyServiceDefinition>;

type Answer = (context: RpcContext) => Promise<void> | void;

/** A server of safety that answers each call with its own name, once `answer` has let it. */
export function startNamed(
  name: string,
  answer: Answer = () => undefined,
  options: Partial<ServeOptions> = {},
) {
  return serve({
    services: [
      safetyService({
        async screenText(_request, context) {
          await answer(context);
          return { texts: [name] };
        },
      }),
    ],
    address: '127.0.0.1:0',
    security: { kind: 'insecure' },
    authenticate: authenticateInternal(testTokens),
    logger: silentLogger,
    ...options,
  });
}

/** A transport to local ports. */
export function connectToPorts(ports: number[], options: Partial<GrpcTransportOptions> = {}): Transport {
  return connectGrpc({
    target: ports.map((port) => `127.0.0.1:${port}`).join(','),
    security: { kind: 'insecure' },
    tokens: testTokens,
    ...options,
  });
}

/** The name of the server that answers one call. */
export async function whoAnswers(client: SafetyClient): Promise<string> {
  const { texts } = await client.screenText(screenRequest, { caller: testCaller() });
  return texts[0]!;
}

/** Calls until each of the names has answered: by then the client is connected to all. */
export async function untilAllAnswer(client: SafetyClient, names: string[]): Promise<void> {
  const missing = new Set(names);
  while (missing.size > 0) missing.delete(await whoAnswers(client));
}

/** How many of `count` calls, one after the other, each server answers. */
export async function tally(client: SafetyClient, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let call = 0; call < count; call++) {
    const name = await whoAnswers(client);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
