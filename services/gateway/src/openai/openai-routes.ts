import { methodPolicy, type Peers } from '@weft/rpc';
import { type FastifyInstance } from 'fastify';
import { type EntryPipeline } from '../entry/entry-pipeline';
import { routeAdmission } from '../http/route-admission';
import { chatRoute } from './chat-route';
import { embeddingsRoute } from './embeddings-route';
import { getModelRoute, listModelsRoute } from './models-route';

/** Adds the routes of OpenAI's API. Each asks for the scope and has the deadline of the RPC that it stands for. */
export function addOpenAiRoutes(
  server: FastifyInstance,
  { enter, peers }: { enter: EntryPipeline; peers: Peers },
): void {
  const like = (path: string) => {
    const { scope, deadlineMs } = methodPolicy(path)!;
    return { onRequest: routeAdmission(enter, { scope, deadlineMs }) };
  };
  server.post('/v1/chat/completions', like('/weft.orchestrator.v1.ChatService/Chat'), chatRoute(peers));
  server.post(
    '/v1/embeddings',
    like('/weft.embedding.v1.EmbeddingService/CreateEmbeddings'),
    embeddingsRoute(peers),
  );
  server.get('/v1/models', like('/weft.llm.v1.ModelService/ListModels'), listModelsRoute(peers));
  server.get('/v1/models/*', like('/weft.llm.v1.ModelService/GetModel'), getModelRoute(peers));
}
