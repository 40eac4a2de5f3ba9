import { common, orchestrator } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import { chatRequestSchema, type OpenAiChatRequest } from './chat-request-schema';
import { type OpenAiMessage } from './message-schema';
import { readBody } from './read-body';

/** A chat request, read. */
export interface ChatCall {
  request: orchestrator.ChatRequest;
  stream: boolean;
  /** Whether a chunk with the usage comes before the end of the stream. */
  includeUsage: boolean;
  /** Names the client's own field for a field of the contract. */
  paramOf(field: string): string;
}

/**
 * Reads the body of `POST /v1/chat/completions`.
 *
 * @throws WeftError INVALID_ARGUMENT naming the fields that are wrong or not supported
 */
export function readChatRequest(body: Record<string, unknown>): ChatCall {
  const given = readBody(chatRequestSchema, body);
  checkToolChoice(given);
  return {
    request: orchestrator.ChatRequest.fromPartial({
      model: given.model,
      messages: given.messages.map(toMessage),
      conversationId: given.weft?.conversation_id ?? '',
      variables: given.weft?.variables ?? undefined,
      parameters: toParameters(given),
      tools: given.tools?.map(toTool) ?? [],
      ...toToolChoice(given.tool_choice),
      user: given.user ?? '',
    }),
    stream: given.stream ?? false,
    includeUsage: given.stream_options?.include_usage ?? false,
    paramOf: paramNaming(given),
  };
}

function checkToolChoice({ tool_choice: choice, tools }: OpenAiChatRequest): void {
  if (choice === undefined || choice === null || choice === 'none' || choice === 'auto') return;
  if (choice === 'required') {
    if (!tools?.length) throw invalidField('tool_choice', "is 'required', but there are no tools");
    return;
  }
  const { name } = choice.function;
  if (!tools?.some((tool) => tool.function.name === name)) {
    throw invalidField('tool_choice', `names '${name}', which is not among the tools`);
  }
}

function toMessage(message: OpenAiMessage) {
  if (message.role === 'tool') {
    return { role: common.Role.TOOL, content: textOf(message.content), toolCallId: message.tool_call_id };
  }
  const name = message.name ?? '';
  if (message.role === 'assistant') {
    const toolCalls = (message.tool_calls ?? []).map(
      ({ id, function: { name: tool, arguments: argumentsJson } }) => ({
        id,
        name: tool,
        argumentsJson,
      }),
    );
    return {
      role: common.Role.ASSISTANT,
      content: textOf(message.content ?? message.refusal ?? ''),
      toolCalls,
      name,
    };
  }
  const role = message.role === 'user' ? common.Role.USER : common.Role.SYSTEM;
  return { role, content: textOf(message.content), name };
}

type Content = NonNullable<OpenAiMessage['content']>;

function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : part.refusal)).join('\n');
}

function toParameters(given: OpenAiChatRequest) {
  const format = given.response_format;
  return {
    temperature: given.temperature ?? undefined,
    topP: given.top_p ?? undefined,
    maxOutputTokens: given.max_completion_tokens ?? given.max_tokens ?? undefined,
    stop: typeof given.stop === 'string' ? [given.stop] : (given.stop ?? []),
    seed: given.seed ?? undefined,
    presencePenalty: given.presence_penalty ?? undefined,
    frequencyPenalty: given.frequency_penalty ?? undefined,
    responseFormatJson: format && format.type !== 'text' ? JSON.stringify(format) : '',
  };
}

function toTool({ function: definition }: NonNullable<OpenAiChatRequest['tools']>[number]) {
  return {
    name: definition.name,
    description: definition.description ?? '',
    parametersSchemaJson: definition.parameters ? JSON.stringify(definition.parameters) : '',
  };
}

const toolChoices = {
  none: common.ToolChoice.NONE,
  auto: common.ToolChoice.AUTO,
  required: common.ToolChoice.REQUIRED,
};

function toToolChoice(choice: OpenAiChatRequest['tool_choice']) {
  if (choice === undefined || choice === null) return {};
  if (typeof choice === 'string') return { toolChoice: toolChoices[choice] };
  return { toolChoice: common.ToolChoice.REQUIRED, toolName: choice.function.name };
}

/** What the fields of the contract are called here; each rule is tried in turn. */
function paramNaming(given: OpenAiChatRequest): (field: string) => string {
  const limit = given.max_completion_tokens == null ? 'max_tokens' : 'max_completion_tokens';
  const renamings: [RegExp, string][] = [
    [/^call\./, ''],
    [/^parameters\.max_output_tokens$/, limit],
    [/^parameters\.response_format_json$/, 'response_format'],
    [/^parameters\./, ''],
    [/^(messages\[\d+\]\.tool_calls\[\d+\])\.name$/, '$1.function.name'],
    [/^(messages\[\d+\]\.tool_calls\[\d+\])\.arguments_json$/, '$1.function.arguments'],
    [/^(tools\[\d+\])\.parameters_schema_json$/, '$1.function.parameters'],
    [/^(tools\[\d+\])\.(name|description)$/, '$1.function.$2'],
    [/^tool_name$/, 'tool_choice'],
    [/^(conversation_id|variables)/, 'weft.$1'],
  ];
  return (field) =>
    renamings.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), field);
}
