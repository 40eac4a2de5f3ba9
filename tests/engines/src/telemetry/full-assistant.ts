import { type Answer, type Door, post } from '../door';

/** What is told to an assistant that every service has a part in. */
export interface AssistantContent {
  document: string;
  template: string;
  conversationTitle: string;
}

/**
 * Makes the assistant `all`, with a prompt, documents, a tool, memory and a cache.
 *
 * @returns the id of a conversation with it
 */
export async function createFullAssistant(door: Door, content: AssistantContent): Promise<string> {
  const call = (method: string, body: object) => callDoor(door, method, body);
  await call('weft.retrieval.v1.CollectionService/CreateCollection', { name: 'notes' });
  const document = {
    uri: 'notes.txt',
    content: Buffer.from(content.document).toString('base64'),
    mediaType: 'text/plain',
    title: content.document,
  };
  const ingested = await call('weft.retrieval.v1.DocumentService/IngestDocuments', {
    collection: 'notes',
    documents: [document],
  });
  expect(ingested.results).toMatchObject([{ outcome: 'INGEST_OUTCOME_CREATED' }]);
  await call('weft.prompt.v1.PromptService/CreatePrompt', {
    name: 'voice',
    messages: [{ role: 'ROLE_SYSTEM', template: `${content.template} {{ context }}` }],
    variablesSchemaJson: JSON.stringify({ type: 'object', properties: { context: { type: 'string' } } }),
    labels: ['production'],
  });
  await call('weft.orchestrator.v1.AssistantService/CreateAssistant', {
    name: 'all',
    spec: {
      model: 'fake-model',
      prompt: { name: 'voice' },
      retrieval: { collections: ['notes'] },
      tools: ['calculator'],
      memory: {},
      cache: {},
    },
  });
  const { conversation } = await call('weft.memory.v1.ConversationService/CreateConversation', {
    title: content.conversationTitle,
  });
  return conversation.id;
}

/** Calls an RPC through the HTTP door, which must answer 200. */
export async function callDoor(door: Door, method: string, body: object): Promise<Answer> {
  const { status, body: answer } = await post(door, method, body);
  if (status !== 200) throw new Error(`${method} answered ${status}: ${JSON.stringify(answer)}`);
  return answer;
}
