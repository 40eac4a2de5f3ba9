import { common, tool } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type ChatRun, stepCall } from './chat-run';

/** The definitions of an assistant's tools, as its model sees them. */
export async function assistantTools(run: ChatRun): Promise<common.ToolDefinition[]> {
  const names = run.target.assistant?.spec?.tools ?? [];
  if (names.length === 0) return [];
  return await run.trace.step('list_tools', async () => {
    const client = run.peers.client(tool.ToolServiceDefinition);
    const responses = await Promise.all(names.map((name) => client.getTool({ name }, stepCall(run))));
    return responses.map(({ tool: found }) => ({
      name: found!.name,
      description: found!.description,
      parametersSchemaJson: found!.parametersSchemaJson,
    }));
  });
}

/** Runs the tools that a model asks for, side by side, and returns their results as messages in the order of the calls. */
export function callTools(run: ChatRun, calls: common.ToolCall[]): Promise<common.Message[]> {
  const before = run.trace.tools.length;
  return Promise.all(calls.map((call, index) => callTool(run, call, before + index + 1)));
}

/**
 * Runs one tool. The model is told of what it did wrong itself (a tool that the assistant does not have, bad arguments), so that it
 * can do better; everything else fails the run. What a search may read is the assistant's, whatever the model asks.
 *
 * @param position which tool call of the run, from 1
 */
function callTool(run: ChatRun, call: common.ToolCall, position: number): Promise<common.Message> {
  const { spec } = run.target.assistant!;
  return run.trace.step('call_tool', async (attributes) => {
    attributes['tool'] = call.name;
    run.trace.tools.push(call.name);
    if (!spec!.tools.includes(call.name))
      return resultMessage(call, { error: `There is no tool '${call.name}'.` });
    try {
      const result = await run.peers.client(tool.ToolServiceDefinition).invokeTool(
        {
          name: call.name,
          argumentsJson: call.argumentsJson,
          grant: { collections: spec!.retrieval?.collections ?? [] },
          idempotencyKey: `${run.trace.id}:${position}`,
        },
        stepCall(run),
      );
      attributes['is_error'] = String(result.isError);
      return resultMessage(call, result.resultJson);
    } catch (error) {
      if (!(error instanceof WeftError) || error.code !== 'INVALID_ARGUMENT') throw error;
      attributes['is_error'] = 'true';
      return resultMessage(call, { error: error.message });
    }
  });
}

function resultMessage(call: common.ToolCall, result: string | { error: string }): common.Message {
  const content = typeof result === 'string' ? result : JSON.stringify(result);
  return common.Message.fromPartial({
    role: common.Role.TOOL,
    toolCallId: call.id,
    name: call.name,
    content,
  });
}
