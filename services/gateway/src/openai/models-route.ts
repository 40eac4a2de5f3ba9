import { type Peers } from '@weft/rpc';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { grants } from '../api-keys/scopes';
import { sendJson } from '../http/request-body';
import { getModel, listModels, type ModelsCall } from './models';

/** Serves `GET /v1/models`. */
export function listModelsRoute(peers: Peers) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const data = await listModels(modelsCall(peers, request));
    return sendJson(reply, JSON.stringify({ object: 'list', data }));
  };
}

/** Serves `GET /v1/models/<id>`; the id may hold slashes. */
export function getModelRoute(peers: Peers) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const id = (request.params as { '*': string })['*'];
    return sendJson(reply, JSON.stringify(await getModel(id, modelsCall(peers, request))));
  };
}

function modelsCall(peers: Peers, { exchange }: FastifyRequest): ModelsCall {
  const seesAssistants = grants(exchange.caller.identity.scopes, 'assistants:read');
  return { peers, options: exchange.callOptions, seesAssistants };
}
