import { embedding } from '@weft/contracts';
import { type Peers } from '@weft/rpc';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonBodyOf, sendJson } from '../http/request-body';
import { embeddingsParamOf, readEmbeddingsRequest, toEmbeddingList } from './embeddings';

/** Serves `POST /v1/embeddings`. */
export function embeddingsRoute(peers: Peers) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const call = readEmbeddingsRequest(jsonBodyOf(request));
    request.exchange.paramOf = embeddingsParamOf;
    const embeddings = peers.client(embedding.EmbeddingServiceDefinition);
    const response = await embeddings.createEmbeddings(call.request, request.exchange.callOptions);
    return sendJson(reply, JSON.stringify(toEmbeddingList(response, call.encoding)));
  };
}
