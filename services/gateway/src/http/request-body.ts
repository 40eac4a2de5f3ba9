import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { unsupportedMediaType } from './edge-errors';
import { parseStrictJson } from './strict-json';

/** Makes the server read JSON strictly, and nothing else. */
export function acceptStrictJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** The JSON object that came with a request; throws when there was no body. */
export function jsonBodyOf(request: FastifyRequest): Record<string, unknown> {
  if (request.body === undefined || request.body === null) throw unsupportedMediaType();
  return request.body as Record<string, unknown>;
}

export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}
