import { common, orchestrator } from '@weft/contracts';
import { startTestService, type TestClient, type TestService } from '@weft/testing';

import { orchestratorService } from './service';
import { createFakePeers, type FakePeers, renewFakePeers } from './testing/fake-peers';

/** An orchestrator on a database of its own, with stand-ins for its peers, and a tenant who calls it. */
export interface OrchestratorStand {
  readonly service: TestService;
  /** Begin anew with each test. */
  readonly fake: FakePeers;
  readonly chat: TestClient<orchestrator.ChatServiceDefinition>;
  readonly runs: TestClient<orchestrator.RunServiceDefinition>;
  /** Reads a streamed chat to its end. */
  collect(
    model: string,
    content?: string,
    options?: { signal?: AbortSignal },
  ): Promise<orchestrator.StreamChatResponse[]>;
  /** Makes an assistant, and returns what a chat names it by. */
  assistant(name: string, spec: AssistantSpec): Promise<string>;
}

type AssistantSpec = Parameters<typeof orchestrator.AssistantSpec.fromPartial>[0];

export const caller = { tenantId: 'acme' };

/** What a user says. */
export const ask = (content: string) => [{ role: common.Role.USER, content }];

/** A stand for the tests of a file: open while they run. */
export function useOrchestratorStand(): OrchestratorStand {
  const fake = createFakePeers();
  let service: TestService;
  let chat: OrchestratorStand['chat'];
  let runs: OrchestratorStand['runs'];

  beforeAll(async () => {
    service = await startTestService(orchestratorService, { peers: fake.services });
    chat = service.client(orchestrator.ChatServiceDefinition, caller);
    runs = service.client(orchestrator.RunServiceDefinition, caller);
  });
  afterAll(() => service.stop());
  beforeEach(() => renewFakePeers(fake));

  return {
    get service() {
      return service;
    },
    fake,
    get chat() {
      return chat;
    },
    get runs() {
      return runs;
    },
    async collect(model, content = 'Hi', options) {
      const responses: orchestrator.StreamChatResponse[] = [];
      for await (const response of chat.streamChat({ call: { model, messages: ask(content) } }, options))
        responses.push(response);
      return responses;
    },
    async assistant(name, spec) {
      const assistants = service.client(orchestrator.AssistantServiceDefinition, caller);
      await assistants.createAssistant({ name, spec: { model: 'fake-model', ...spec } });
      return `assistant:${name}`;
    },
  };
}
