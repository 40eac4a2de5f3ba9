/** The parts of a chat completion request that the provider looks at. */
export interface ChatRequest {
  model: string;
  messages: { role: string; content?: unknown }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean } | null;
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
}

/** What is wrong with a body as a chat request; undefined when nothing is. */
export function chatRequestProblem(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return 'The body must be a JSON object.';
  const { model, messages } = body as Partial<ChatRequest>;
  if (typeof model !== 'string' || model === '') return "'model' must be text.";
  if (!Array.isArray(messages) || messages.length === 0)
    return "'messages' must be a list that is not empty.";
  if (messages.some((message) => typeof message?.role !== 'string'))
    return "Each of 'messages' must have a 'role'.";
  return undefined;
}

/** The text of a message's content: text itself, or the text parts of a list joined. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : ''))
    .join('');
}

/** The text of the last message of the role `user`; empty when there is none. */
export function lastUserText(request: ChatRequest): string {
  return contentText(request.messages.findLast(({ role }) => role === 'user')?.content);
}
