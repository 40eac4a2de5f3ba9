import { type Readiness } from '@weft/runtime';
import { type FastifyInstance } from 'fastify';
import { sendJson } from './request-body';

/** Adds `GET /livez` and `GET /readyz`, which need no key. */
export function addProbes(server: FastifyInstance, readiness: Readiness): void {
  server.get('/livez', (_request, reply) => sendJson(reply, JSON.stringify({ status: 'ok' })));
  server.get('/readyz', async (_request, reply) => {
    const problems = await readiness.problems();
    if (problems.length === 0) return sendJson(reply, JSON.stringify({ status: 'ok' }));
    return sendJson(
      reply.code(503).header('retry-after', '1'),
      JSON.stringify({ status: 'unavailable', problems }),
    );
  });
}
