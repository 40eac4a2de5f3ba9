import { type WeftError } from '@weft/errors';
import { type RpcContext } from '@weft/rpc';
import OpenAI from 'openai';

import { type GatewayStand, useGatewayStand } from '../gateway-stand.fixture';

/** A gateway, and the openai client that calls it. */
export interface OpenAiStand {
  readonly gateway: GatewayStand;
  /** Calls with the admin key, and tries once. */
  readonly client: OpenAI;
  /** Asks for a chat as the client does, without reading the answer. */
  post(body: object, headers?: Record<string, string>): Promise<Response>;
}

/** A stand for the tests of a file: open while they run. */
export function useOpenAiStand(): OpenAiStand {
  const gateway = useGatewayStand();
  let client: OpenAI;
  beforeAll(() => {
    client = openAiClient(gateway, gateway.adminKey);
  });
  return {
    gateway,
    get client() {
      return client;
    },
    post: (body, headers = {}) =>
      fetch(`${gateway.httpUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${gateway.adminKey}`,
          ...headers,
        },
        body: JSON.stringify(body),
      }),
  };
}

/** An openai client with a key of its own. */
export function openAiClient(gateway: GatewayStand, apiKey: string): OpenAI {
  return new OpenAI({ baseURL: `${gateway.httpUrl}/v1`, apiKey, maxRetries: 0 });
}

export const messages = [{ role: 'user' as const, content: 'Hi' }];

/** What the client raises; fails when it raises nothing. */
export async function errorOf(work: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await work;
  } catch (error) {
    return error as InstanceType<typeof OpenAI.APIError>;
  }
  throw new Error('did not fail');
}

/** Resolves with why the call was aborted. */
export function abortOf(context: RpcContext): Promise<string> {
  return new Promise((resolve) => {
    context.signal.addEventListener('abort', () => resolve((context.signal.reason as WeftError).reason));
  });
}
