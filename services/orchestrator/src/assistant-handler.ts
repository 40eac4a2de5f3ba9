import { orchestrator } from '@weft/contracts';
import { implement, openPage, type RpcService } from '@weft/rpc';
import { type AssistantStore } from './assistant-store';

/** Serves AssistantService. */
export function assistantHandler(assistants: AssistantStore): RpcService {
  return implement(orchestrator.AssistantServiceDefinition, {
    async createAssistant({ name, spec }, { caller }) {
      return { assistant: await assistants.create(caller.identity.tenantId, name, spec!) };
    },
    async getAssistant({ name, version }, { caller }) {
      return { assistant: await assistants.get(caller.identity.tenantId, name, version) };
    },
    async listAssistants(request, { caller }) {
      const { tenantId } = caller.identity;
      const page = openPage(request, { list: 'assistants', tenantId });
      const rows = await assistants.list(tenantId, String(page.after?.[0] ?? ''), page.limit);
      const { items, nextPageToken } = page.close(rows, (assistant) => [assistant.name]);
      return { assistants: items, nextPageToken };
    },
    async updateAssistant({ name, spec, expectedVersion }, { caller }) {
      return { assistant: await assistants.update(caller.identity.tenantId, name, spec!, expectedVersion) };
    },
    async deleteAssistant({ name }, { caller }) {
      await assistants.delete(caller.identity.tenantId, name);
      return {};
    },
  });
}
