import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { type DescMessage, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { methodPolicy } from '@weft/rpc';

/** A request as the door saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown>;
}

/** Answers one request. */
export type Answering = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** A server that plays weft's HTTP door. Requests and answers of RPCs are checked against their contracts. */
export interface FakeDoor {
  url: string;
  requests: SeenRequest[];
  /** The requests of one path. */
  seen(path: string): SeenRequest[];
  /** Answers a path from now on: with JSON, or as the function does. */
  on(path: string, answer: object | Answering): void;
  close(): Promise<void>;
}

export async function startFakeDoor(): Promise<FakeDoor> {
  const answers = new Map<string, object | Answering>();
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then(async (request) => {
      requests.push(request);
      const problem = problemOfRequest(request);
      const answer = answers.get(request.path);
      if (problem !== undefined) sendConnectError(response, 400, 'invalid_argument', problem);
      else if (answer === undefined)
        sendConnectError(response, 404, 'not_found', `There is no ${request.path}.`);
      else if (typeof answer === 'function') await (answer as Answering)(request, response);
      else sendAnswer(response, request.path, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    seen: (path) => requests.filter((request) => request.path === path),
    on: (path, answer) => void answers.set(path, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends an RPC's answer as canonical proto3 JSON; any other as it is. */
export function sendAnswer(response: ServerResponse, path: string, answer: object): void {
  const output = methodPolicy(path)?.descriptor.output;
  sendJson(response, 200, output === undefined ? answer : canonical(output, answer));
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: object = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** An error in the shape of the Connect protocol. */
export function sendConnectError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  extra: { reason?: string; field?: string; retryAfter?: string } = {},
): void {
  const details: object[] = [];
  if (extra.reason)
    details.push({ type: 'google.rpc.ErrorInfo', value: '', debug: { reason: extra.reason } });
  if (extra.field) {
    const fieldViolations = [{ field: extra.field, description: message }];
    details.push({ type: 'google.rpc.BadRequest', value: '', debug: { fieldViolations } });
  }
  const headers = extra.retryAfter === undefined ? {} : { 'retry-after': extra.retryAfter };
  sendJson(response, status, { code, message, details }, { 'x-request-id': 'request-1', ...headers });
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const body = await readText(incoming);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization,
    body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
  };
}

function problemOfRequest({ path, body }: SeenRequest): string | undefined {
  const input = methodPolicy(path)?.descriptor.input;
  if (input === undefined) return undefined;
  try {
    fromJson(input, body as JsonValue);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function canonical(message: DescMessage, json: object): JsonValue {
  // By way of text, which leaves out what is undefined.
  return toJson(message, fromJson(message, JSON.parse(JSON.stringify(json)) as JsonValue));
}
