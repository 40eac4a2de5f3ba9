import { type tool as contract } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type InvocationSettings, invokeTool } from './invoke-tool';
import { type Tool } from './tool';
import { type ToolRegistry } from './tool-registry';

/** The handlers of `weft.tool.v1.ToolService`. */
export function createToolHandler(registry: ToolRegistry, settings: InvocationSettings) {
  return {
    async listTools(request: contract.ListToolsRequest, context: RpcContext) {
      const page = openPage(request, { list: 'tools', tenantId: context.caller.identity.tenantId });
      const { items, nextPageToken } = page.close(
        registry.list(readNameKey(page.after), page.limit),
        ({ name }) => [name],
      );
      return { tools: items.map(toolMessage), nextPageToken };
    },

    async getTool({ name }: contract.GetToolRequest) {
      return { tool: toolMessage(registry.get(name).tool) };
    },

    async invokeTool(request: contract.InvokeToolRequest, context: RpcContext) {
      const { name, argumentsJson, grant, idempotencyKey } = request;
      return await invokeTool(
        registry.get(name),
        { argumentsJson, collections: grant?.collections ?? [], idempotencyKey },
        context,
        settings,
      );
    },
  };
}

function toolMessage({ name, description, parametersSchema, idempotent }: Tool): contract.Tool {
  return { name, description, parametersSchemaJson: JSON.stringify(parametersSchema), idempotent };
}

/** The name that a page of tools begins after; empty on the first page. */
function readNameKey(after: unknown[] | undefined): string {
  if (after === undefined) return '';
  const [name] = after;
  if (typeof name !== 'string')
    throw invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
  return name;
}
