import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { common, orchestrator } from '@weft/contracts';
import { type Script } from '@weft/fake-provider';
import { type Door } from '../door';

/** What requests that fail are made of. */
export interface FailureContent {
  sentence: string;
  secret: string;
  wrongKey: string;
  providerKey: string;
}

/** A request that must fail. */
export interface FailingRequest {
  what: string;
  /** What the provider answers it with. */
  script?: Script;
  /** Sent as it is to the HTTP door. */
  path: string;
  body: string;
  key?: string;
  /** What it was may be told to its client alone: it is what the client itself has named, and no content. */
  mayBeNamed?: true;
}

/** Parsers quote about ten characters of what they cannot parse. */
export const fragment = 'zyxqw';

const chatPath = 'v1/chat/completions';

/** Requests that fail in every way in which one may be told of what it was, each with the sentence in it. */
export function failingRequests({
  sentence,
  secret,
  wrongKey,
  providerKey,
}: FailureContent): FailingRequest[] {
  const told = `You sent '${sentence}' with the key ${providerKey}.`;
  const chat = (what: string, script: Script, more: object = {}): FailingRequest => ({
    what,
    script,
    path: chatPath,
    body: JSON.stringify({ model: 'fake-model', messages: [{ role: 'user', content: sentence }], ...more }),
  });
  const refused = (what: string, body: unknown, path = chatPath): FailingRequest => ({
    what,
    path,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const messages = (message: object) => ({ model: 'fake-model', messages: [message] });
  return [
    ...[400, 401, 403, 404, 429, 500, 503].map((status) =>
      chat(`a provider that answers ${status}`, {
        error: { status, message: told, code: 'context_length_exceeded' },
      }),
    ),
    chat('a provider behind a proxy that answers HTML', { error: { status: 502, body: `<p>${told}</p>` } }),
    chat(
      'a provider that fails in a stream',
      { text: 'so far', errorEvent: { at: 1, message: told } },
      streamed,
    ),
    chat(
      'a provider whose stream breaks off',
      { text: 'so far and on', cut: { at: 2, how: 'reset' } },
      streamed,
    ),
    chat('a provider whose stream is not JSON', { text: 'so far', badJson: { at: 1 } }, streamed),
    chat('a provider whose answer is not JSON', { text: told, badJson: { at: 1 } }),
    {
      what: 'an embedding provider that answers 400',
      script: { endpoint: 'embeddings', error: { status: 400, message: told } },
      path: 'v1/embeddings',
      body: JSON.stringify({ model: 'fake-embedding', input: sentence }),
    },
    { ...chat('a key that there is not', {}), key: wrongKey },
    { ...chat('a key that is none', {}), key: sentence },
    refused('input that the policy blocks', messages({ role: 'user', content: `${sentence} ${secret}` })),
    refused('a role that there is not', messages({ role: sentence, content: sentence })),
    refused(
      'content of a type that there is not',
      messages({ role: 'user', content: { [sentence]: sentence } }),
    ),
    refused('a part of a type that there is not', messages({ role: 'user', content: [{ type: sentence }] })),
    refused('text where a list belongs', { model: 'fake-model', messages: sentence }),
    refused('text where a number belongs', {
      ...messages({ role: 'user', content: 'Hi' }),
      temperature: sentence,
    }),
    refused(
      'JSON that breaks off',
      `{"model":"fake-model","messages":[{"role":"user","content":"${sentence}"`,
    ),
    refused('what is no JSON', sentence),
    refused('JSON with a word too much', `{"model": ${fragment}}`),
    refused('an assistant that there is not', {
      ...messages({ role: 'user', content: sentence }),
      model: 'assistant:no',
    }),
    refused(
      'embeddings of what is no text',
      { model: 'fake-embedding', input: { [sentence]: sentence } },
      'v1/embeddings',
    ),
    {
      ...refused('a route that there is not', messages({ role: 'user', content: 'Hi' }), `v1/${sentence}`),
      mayBeNamed: true,
    },
    {
      ...refused(
        'a template that is none',
        { name: 'broken', messages: [{ role: 'ROLE_SYSTEM', template: `{% ${sentence} {{ ` }] },
        'weft.prompt.v1.PromptService/CreatePrompt',
      ),
      mayBeNamed: true,
    },
    refused(
      'a search in a collection that there is not',
      { collections: ['no'], query: sentence },
      'weft.retrieval.v1.SearchService/SearchDocuments',
    ),
    refused(
      'text where a number belongs, in an RPC',
      { model: 'fake-model', parameters: { temperature: sentence } },
      'weft.orchestrator.v1.ChatService/Chat',
    ),
  ];
}

const streamed = { stream: true };

/** What the client of a request was told: status, headers and body in one text. */
export async function answerTo({ httpUrl, adminKey }: Door, request: FailingRequest): Promise<string> {
  const response = await fetch(`${httpUrl}/${request.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${request.key ?? adminKey}`, 'content-type': 'application/json' },
    body: request.body,
  });
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  return [String(response.status), ...headers, '', await response.text()].join('\n');
}

/** What the client of a chat over gRPC that fails was told, details and metadata included. */
export async function grpcAnswerTo(address: string, key: string, sentence: string): Promise<string> {
  const request = orchestrator.ChatRequest.fromPartial({
    model: 'fake-model',
    messages: [{ role: common.Role.USER, content: sentence }],
    parameters: { temperature: 99 },
  });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const client = new Client(address, credentials.createInsecure());
  try {
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(
        '/weft.orchestrator.v1.ChatService/Chat',
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes) => bytes,
        orchestrator.ChatRequest.encode(request).finish(),
        metadata,
        (failure) => resolve(failure),
      );
    });
    if (error === null) throw new Error('it did not fail');
    const told = Object.values(error.metadata.toJSON())
      .flat()
      .map((value) => value!.toString());
    return [error.code, error.details, error.message, ...told].join('\n');
  } finally {
    client.close();
  }
}
