import { type RpcContext } from '@weft/rpc';
import { silentLogger } from '@weft/runtime';
import { type Tool, type ToolContext } from './tool';
import { createToolHandler } from './tool-handler';
import { ToolRegistry } from './tool-registry';

describe('InvokeTool', () => {
  it('hands the grant and the key of the invocation to the tool, and not to its arguments', async () => {
    const seen: unknown[] = [];
    const tool: Tool = {
      name: 'send_mail',
      description: '',
      parametersSchema: { type: 'object', properties: {}, additionalProperties: false },
      idempotent: false,
      invoke: async (toolArguments, { collections, idempotencyKey }: ToolContext) =>
        void seen.push(toolArguments, collections, idempotencyKey),
    };
    const handler = createToolHandler(new ToolRegistry([tool]), { timeoutMs: 1000, logger: silentLogger });
    const context = { signal: new AbortController().signal } as RpcContext;
    await handler.invokeTool(
      { name: 'send_mail', argumentsJson: '', grant: { collections: ['docs'] }, idempotencyKey: 'run-1:1' },
      context,
    );
    expect(seen).toEqual([{}, ['docs'], 'run-1:1']);
  });
});
