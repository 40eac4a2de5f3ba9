import { common } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import type OpenAI from 'openai';
import { type GenerationRequest } from '../language-model-provider';

type ChatBody = OpenAI.ChatCompletionCreateParams;
type ChatMessage = OpenAI.ChatCompletionMessageParam;

const roles = {
  [common.Role.SYSTEM]: 'system',
  [common.Role.USER]: 'user',
  [common.Role.ASSISTANT]: 'assistant',
  [common.Role.TOOL]: 'tool',
} as const;

/** The name of the parameter that bounds the answer; servers other than OpenAI's know the older one alone. */
export type TokenLimitParameter = 'max_tokens' | 'max_completion_tokens';

/**
 * Makes the JSON body of a chat completion request.
 *
 * @throws WeftError INVALID_ARGUMENT when JSON text within the request is not JSON, or `tool_name` names no tool of it
 */
export function requestBody(
  request: GenerationRequest,
  options: { stream: boolean; tokenLimit: TokenLimitParameter },
): string {
  const body: ChatBody = { model: request.model, messages: request.messages.map(messageOf) };
  if (request.tools.length > 0) {
    body.tools = request.tools.map(toolOf);
    const choice = toolChoiceOf(request);
    if (choice !== undefined) body.tool_choice = choice;
  }
  if (request.parameters) Object.assign(body, samplingOf(request.parameters, options.tokenLimit));
  return JSON.stringify(
    options.stream ? { ...body, stream: true, stream_options: { include_usage: true } } : body,
  );
}

function messageOf(message: common.Message): ChatMessage {
  const role = roles[message.role as keyof typeof roles] ?? 'user';
  const name = message.name === '' ? {} : { name: message.name };
  if (role === 'tool') return { role, content: message.content, tool_call_id: message.toolCallId };
  if (role !== 'assistant' || message.toolCalls.length === 0)
    return { role, content: message.content, ...name };
  return {
    role,
    content: message.content === '' ? null : message.content,
    ...name,
    tool_calls: message.toolCalls.map(({ id, name: tool, argumentsJson }) => ({
      id,
      type: 'function',
      function: { name: tool, arguments: argumentsJson },
    })),
  };
}

function toolOf(tool: common.ToolDefinition, index: number): OpenAI.ChatCompletionFunctionTool {
  const { name, description, parametersSchemaJson } = tool;
  return {
    type: 'function',
    function: {
      name,
      ...(description === '' ? {} : { description }),
      ...(parametersSchemaJson === ''
        ? {}
        : { parameters: jsonObject(parametersSchemaJson, `tools[${index}].parameters_schema_json`) }),
    },
  };
}

function toolChoiceOf({
  tools,
  toolName,
  toolChoice,
}: GenerationRequest): OpenAI.ChatCompletionToolChoiceOption | undefined {
  if (toolName !== '') {
    if (!tools.some(({ name }) => name === toolName))
      throw invalidField('tool_name', 'must name one of the tools');
    return { type: 'function', function: { name: toolName } };
  }
  if (toolChoice === common.ToolChoice.NONE) return 'none';
  return toolChoice === common.ToolChoice.REQUIRED ? 'required' : undefined;
}

function samplingOf(
  parameters: common.GenerationParameters,
  tokenLimit: TokenLimitParameter,
): Partial<ChatBody> {
  const {
    temperature,
    topP,
    maxOutputTokens,
    stop,
    seed,
    presencePenalty,
    frequencyPenalty,
    responseFormatJson,
  } = parameters;
  const format =
    responseFormatJson === '' ? undefined : jsonObject(responseFormatJson, 'parameters.response_format_json');
  // Undefined values do not become JSON.
  return {
    temperature,
    top_p: topP,
    [tokenLimit]: maxOutputTokens,
    stop: stop.length === 0 ? undefined : stop,
    seed,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    response_format: format as ChatBody['response_format'],
  };
}

function jsonObject(text: string, field: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidField(field, 'must be JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidField(field, 'must be a JSON object');
  return value as Record<string, unknown>;
}
