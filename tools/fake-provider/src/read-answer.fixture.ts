import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { type FakeProvider } from './fake-provider';

/** What a client received of one answer. */
export interface ReceivedAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body as far as it came. */
  text: string;
  /** The pieces in which it came. */
  chunks: Buffer[];
  /** The error's code when the body broke off. */
  brokenBy: string | undefined;
}

/** Sends a chat request of one user message and reads the answer to its end, however it ends. */
export async function ask(
  provider: FakeProvider,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<ReceivedAnswer> {
  const { response } = await open(provider, body, headers);
  const chunks: Buffer[] = [];
  // The data event keeps the pieces apart; reading by iteration would join those that came together.
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  const brokenBy = await new Promise<string | undefined>((resolve) => {
    response.on('end', () => resolve(undefined));
    response.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text, chunks, brokenBy };
}

/** Sends a chat request and resolves with the answer's beginning, its body unread. */
export function open(
  provider: FakeProvider,
  body: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  const text = JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: 'one two three' }],
    ...body,
  });
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${provider.baseUrl}/chat/completions`, {
      method: 'POST',
      agent: false,
      headers,
    });
    request.on('response', (response) => resolve({ request, response }));
    request.on('error', reject);
    request.end(text);
  });
}

/** The parts of a stream's event that tests look at. */
export interface StreamedEvent {
  choices: {
    delta: { content?: string; tool_calls?: { function: { arguments: string } }[] };
    finish_reason: string | null;
  }[];
  usage?: unknown;
  error?: { message: string };
}

/** The JSON of each event of an SSE body that keeps the usual layout, `[DONE]` left out. */
export function eventsOf(text: string): StreamedEvent[] {
  const lines = text.split('\n').filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]');
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as StreamedEvent);
}

/** The text that a stream's events carry. */
export function textOf(text: string): string {
  return eventsOf(text)
    .map((event) => event.choices?.[0]?.delta.content ?? '')
    .join('');
}
