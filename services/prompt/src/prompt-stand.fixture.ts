import { common, prompt } from '@weft/contracts';
import { startTestService, type TestClient, type TestService } from '@weft/testing';

import { promptService } from './service';

export type PromptClient = TestClient<prompt.PromptServiceDefinition>;

/** A prompt service on a database of its own, and two tenants who call it. */
export interface PromptStand {
  readonly service: TestService;
  readonly acme: PromptClient;
  readonly globex: PromptClient;
  client(tenantId: string): PromptClient;
  /** A name that no other test of the file takes. */
  newName(): string;
  /** Makes a prompt of acme's, and returns its name. */
  create(text?: string, labels?: string[]): Promise<string>;
}

/** A stand for the tests of a file: open while they run. */
export function usePromptStand(): PromptStand {
  let service: TestService;
  let acme: PromptClient;
  let globex: PromptClient;
  let names = 0;
  const client = (tenantId: string) => service.client(prompt.PromptServiceDefinition, { tenantId });
  const newName = () => `prompt-${++names}`;
  beforeAll(async () => {
    service = await startTestService(promptService);
    acme = client('acme');
    globex = client('globex');
  });
  afterAll(() => service.stop());
  return {
    get service() {
      return service;
    },
    get acme() {
      return acme;
    },
    get globex() {
      return globex;
    },
    client,
    newName,
    async create(text = 'version 1', labels = []) {
      const name = newName();
      await acme.createPrompt({ name, ...plain(text), labels });
      return name;
    },
  };
}

/** The content of a prompt with one message and no variables. */
export function plain(text: string) {
  return { messages: [{ role: common.Role.USER, template: text }] };
}

/** The texts of the messages, between bars. */
export async function rendered(
  client: PromptClient,
  request: Parameters<PromptClient['renderPrompt']>[0],
): Promise<string> {
  return (await client.renderPrompt(request)).messages.map(({ content }) => content).join('|');
}

/** An error that names these fields. */
export function invalid(...fields: string[]) {
  return {
    code: 'INVALID_ARGUMENT',
    violations: fields.map((field) => expect.objectContaining({ field }) as unknown),
  };
}

export function missing(reason: string) {
  return { code: 'NOT_FOUND', reason };
}
