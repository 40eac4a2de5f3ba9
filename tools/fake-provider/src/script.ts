/** Where in an answer something happens: before its HTTP headers, or when this many tokens have been sent. */
export type AnswerPoint = 'headers' | number;

/** Which route a script is for. */
export type Endpoint = 'chat' | 'embeddings' | 'models';

/** A tool call to answer with. */
export interface ScriptedToolCall {
  /** The call's id; `call_<n>` when left out. */
  id?: string;
  name: string;
  /** JSON text as the model would write it, or a value that is written as JSON. */
  arguments: unknown;
}

/** Token counts to report instead of the exact ones; what is left out stays exact. */
export interface ScriptedUsage {
  promptTokens?: number;
  completionTokens?: number;
  cachedTokens?: number;
  reasoningTokens?: number;
}

/** An HTTP answer that is an error. */
export interface ScriptedError {
  /** 400 to 599. */
  status: number;
  message?: string;
  type?: string;
  code?: string;
  /** The `Retry-After` header: seconds, or an HTTP date. */
  retryAfter?: number | string;
  /** Sent as it is instead of a JSON error, such as a proxy's HTML page. */
  body?: string;
}

/** How the bytes of an SSE body are laid out. */
export interface Framing {
  /** Ends lines with `\n` (default), `\r\n` or `\r`. */
  lineEnding?: 'lf' | 'crlf' | 'cr';
  /** Whether the last line has its line ending (default true). */
  lastNewline?: boolean;
  /** Whether `[DONE]` is sent (default true). */
  done?: boolean;
  /** Cuts the body into HTTP chunks of this many bytes. */
  chunkBytes?: number;
}

/** What the provider does with one request. All fields are optional: `{}` is the default answer. */
export interface Script {
  /** The route (default `chat`). */
  endpoint?: Endpoint;
  /** The answer: text, which is split into words, or the tokens themselves. */
  text?: string | string[];
  /** Answers with the last user message instead. */
  echo?: boolean;
  /** Sends the tokens this many times over (default 1). */
  repeat?: number;
  /** Tool calls that follow the text. */
  toolCalls?: ScriptedToolCall[];
  /** Characters of arguments in each streamed piece of a tool call (default 8). */
  toolCallPieceLength?: number;
  /** The finish reason (default `stop`, `tool_calls` or `length`, as it is). `null` sends none. */
  finishReason?: string | null;
  /** The usage reported: the exact count (default), none at all, or numbers. */
  usage?: 'exact' | 'missing' | ScriptedUsage;
  /** Waits before the headers. */
  delayBeforeHeadersMs?: number;
  /** Waits between headers and first token. */
  delayBeforeFirstTokenMs?: number;
  /** Waits between tokens. */
  delayBetweenTokensMs?: number;
  /** Sends nothing more from this point on; with `commentIntervalMs`, nothing but SSE comments. */
  stall?: { at: AnswerPoint; commentIntervalMs?: number };
  /**
   * Ends the answer early at this point: `end` closes the body properly, `mid-line` closes it within an event's line,
   * `fin` closes the connection with the body unfinished, `reset` resets the connection.
   */
  cut?: { at: AnswerPoint; how: 'end' | 'mid-line' | 'fin' | 'reset' };
  /** Refuses the request. */
  error?: ScriptedError;
  /** Sends an error as an SSE event at this point and ends the body. */
  errorEvent?: { at: number; message?: string; type?: string; code?: string };
  /** Sends an event that is not JSON at this point. A whole JSON answer is cut in the middle instead. */
  badJson?: { at: number };
  /** The layout of the SSE body. */
  framing?: Framing;
}

/** Scripts as a file or the control route carries them. */
export interface ScriptDocument {
  /** Scripts that each answer one request, in order. */
  enqueue?: Script[];
  /** The script of requests that no other script answers. */
  default?: Script;
  /** Scripts that a request chooses by its model's name or by the header `x-fake-script`. */
  named?: Record<string, Script>;
}
