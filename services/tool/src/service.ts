import { tool } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { calculatorTool } from './calculator-tool';
import { loadToolConfig } from './config';
import { createCurrentTimeTool } from './current-time-tool';
import { createSearchDocumentsTool } from './search-documents-tool';
import { createToolHandler } from './tool-handler';
import { ToolRegistry } from './tool-registry';

/** Lists and invokes the built-in tools. Owns no data. */
export const toolService = defineService({
  name: 'tool',
  loadConfig: loadToolConfig,
  create({ config, logger, peers }) {
    const registry = new ToolRegistry([
      createCurrentTimeTool(),
      calculatorTool,
      createSearchDocumentsTool(peers),
    ]);
    const handler = createToolHandler(registry, { timeoutMs: config.invocationTimeoutMs, logger });
    return { services: [implement(tool.ToolServiceDefinition, handler)] };
  },
});
