import { WeftError } from '@weft/errors';
import { methodPolicy, type MethodPolicy, type RawCalls } from '@weft/rpc';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type EntryPipeline } from '../entry/entry-pipeline';
import { publicMethods } from '../entry/public-methods';
import { jsonBodyOf, sendJson } from '../http/request-body';
import { routeAdmission } from '../http/route-admission';
import { bytesToJson, jsonToBytes } from './json-codec';

/** The RPC whose requests carry whole documents. */
const ingestionPath = '/weft.retrieval.v1.DocumentService/IngestDocuments';

/** Adds `POST /<package>.<Service>/<Method>` for every public RPC: the Connect protocol's unary form with JSON. */
export function addJsonRpcRoutes(
  server: FastifyInstance,
  options: { enter: EntryPipeline; raw: RawCalls; ingestBodyLimitBytes: number },
): void {
  for (const method of publicMethods()) {
    const route = {
      onRequest: routeAdmission(options.enter, method),
      ...(method.path === ingestionPath ? { bodyLimit: options.ingestBodyLimitBytes } : {}),
    };
    server.post(
      method.path,
      route,
      method.kind === 'unary' ? unaryRoute(method, options.raw) : streamingRoute(method),
    );
  }
}

function unaryRoute({ path, descriptor }: MethodPolicy, raw: RawCalls) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const bytes = jsonToBytes(descriptor.input, jsonBodyOf(request));
    const answer = await raw.unary(path, bytes, request.exchange.callOptions);
    return sendJson(reply, bytesToJson(descriptor.output, answer));
  };
}

function streamingRoute(method: MethodPolicy) {
  const message = `${method.path} streams, which a JSON call cannot. ${insteadOf(method)}`;
  return () => Promise.reject(new WeftError('UNIMPLEMENTED', 'STREAMING_NOT_SUPPORTED', message));
}

/** `StreamChat` answers whole as `Chat`; a stream without such a sibling is for gRPC alone. */
function insteadOf({ path }: MethodPolicy): string {
  const sibling = path.replace(/\/Stream(\w+)$/, '/$1');
  return sibling !== path && methodPolicy(sibling) !== undefined
    ? `Call ${sibling}, or use gRPC.`
    : 'Use gRPC.';
}
