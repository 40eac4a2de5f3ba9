import { type IncomingMessage, type ServerResponse } from 'node:http';
import { makeAnswer } from './answer';
import { sendChatJson } from './chat-json';
import { type ChatRequest, chatRequestProblem } from './chat-request';
import { streamChat } from './chat-stream';
import { answerControl } from './control-routes';
import { sendEmbeddings } from './embeddings';
import { Exchange } from './exchange';
import { type FakeProviderOptions } from './fake-provider';
import { BadScriptError } from './parse-script';
import { BodyTooLargeError, readBody } from './read-body';
import { type RequestLog } from './request-log';
import { type Endpoint, type Script } from './script';
import { type ScriptShelf } from './script-shelf';

const endpoints = new Map<string, Endpoint>([
  ['POST /v1/chat/completions', 'chat'],
  ['POST /v1/embeddings', 'embeddings'],
  ['GET /v1/models', 'models'],
]);

/** Makes the function that answers every request of the server. */
export function createRequestListener(
  options: FakeProviderOptions,
  log: RequestLog,
  shelf: ScriptShelf,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { maxBodyBytes = 8 * 1024 * 1024, apiKey } = options;
  const models = options.models ?? ['fake-model', 'fake-embedding'];

  async function answer(request: IncomingMessage, exchange: Exchange, path: string): Promise<void> {
    const endpoint = endpoints.get(`${request.method} ${path}`);
    if (!endpoint) {
      exchange.sendError(
        404,
        `There is no ${request.method} ${path}.`,
        'invalid_request_error',
        'unknown_url',
      );
      return;
    }
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      exchange.sendError(401, 'Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key');
      return;
    }
    const text = await readBody(request, maxBodyBytes);
    const body: unknown = endpoint === 'models' ? undefined : JSON.parse(text);
    exchange.record.body = body;
    log.changed(exchange.record);
    const model = (body as { model?: unknown } | undefined)?.model;
    const script = shelf.choose(endpoint, request.headers, typeof model === 'string' ? model : undefined);
    if (!(await begin(exchange, script))) return;
    if (endpoint === 'chat') await answerChat(exchange, script, body);
    else if (endpoint === 'embeddings') sendEmbeddings(exchange, script, body, options.dimensions ?? 32);
    else sendModels(exchange, models);
  }

  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]!;
    if (path.startsWith('/__fake/')) {
      void control(request, response, path, log, shelf);
      return;
    }
    const exchange = new Exchange(response, log.open(request, response), log);
    answer(request, exchange, path).catch((error: unknown) => refuse(exchange, error));
  };
}

/** Does what comes before the headers. Returns whether an answer is to follow. */
async function begin(exchange: Exchange, script: Script): Promise<boolean> {
  if (script.delayBeforeHeadersMs) await exchange.sleep(script.delayBeforeHeadersMs);
  if (script.stall?.at === 'headers' || script.cut?.at === 'headers') {
    return exchange.pass(script, 'headers', () => '');
  }
  if (exchange.isOver) return false;
  if (!script.error) return true;
  const {
    status,
    message = 'The script refuses this request.',
    type = 'fake_error',
    code = null,
    retryAfter,
    body,
  } = script.error;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (body === undefined) exchange.sendError(status, message, type, code, headers);
  else exchange.sendJson(status, body, { ...headers, 'content-type': 'text/html' });
  return false;
}

async function answerChat(exchange: Exchange, script: Script, body: unknown): Promise<void> {
  const problem = chatRequestProblem(body);
  if (problem !== undefined) {
    exchange.sendError(400, problem, 'invalid_request_error');
    return;
  }
  const request = body as ChatRequest;
  const answer = makeAnswer(script, request);
  exchange.record.usage.promptTokens = answer.promptTokens;
  if (request.stream) await streamChat(exchange, script, request, answer);
  else await sendChatJson(exchange, script, request, answer);
}

function sendModels(exchange: Exchange, models: string[]): void {
  const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'fake' }));
  exchange.sendJson(200, JSON.stringify({ object: 'list', data }));
}

function refuse(exchange: Exchange, error: unknown): void {
  if (exchange.isOver) return;
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  if (error instanceof BodyTooLargeError) {
    // The rest of the body is not read, so the connection cannot carry another request.
    exchange.sendError(413, error.message, 'invalid_request_error', 'request_too_large', {
      connection: 'close',
    });
  } else if (error instanceof SyntaxError) {
    exchange.sendError(400, `The body is not JSON: ${error.message}`, 'invalid_request_error');
  } else if (error instanceof BadScriptError) {
    exchange.sendError(400, error.message, 'bad_script');
  } else {
    exchange.sendError(500, String(error), 'server_error');
  }
}

async function control(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  log: RequestLog,
  shelf: ScriptShelf,
): Promise<void> {
  const limitBytes = 8 * 1024 * 1024;
  try {
    const { status, body } = answerControl(
      request.method ?? '',
      path,
      await readBody(request, limitBytes),
      log,
      shelf,
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } catch (error) {
    response.writeHead(413, { connection: 'close' }).end(String(error));
  }
}
