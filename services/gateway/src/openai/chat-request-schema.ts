import { z } from 'zod';
import { messageSchema } from './message-schema';

/** A field that would change the answer and that weft cannot honour: refused rather than ignored. `null` asks for nothing. */
const unsupported = (description: string) => z.null(`is not supported: ${description}`).optional();

const jsonObject = z.record(z.string(), z.unknown());

const functionTool = z.object({
  type: z.literal('function', "must be 'function': other kinds of tools are not supported"),
  function: z.object({
    name: z.string(),
    description: z.string().nullish(),
    parameters: jsonObject.nullish(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required'], "must be 'none', 'auto', 'required' or name a function"),
  z.object({
    type: z.literal('function', "must be 'function'"),
    function: z.object({ name: z.string() }),
  }),
]);

const responseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema'], "must be 'text', 'json_object' or 'json_schema'"),
});

/** weft's own part of a chat request. */
const weftExtensions = z.strictObject({
  conversation_id: z.string().nullish(),
  variables: jsonObject.nullish(),
});

const fields = {
  model: z.string().min(1, 'must not be empty'),
  messages: z.array(messageSchema).min(1, 'must have at least one message'),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, 'must be 1: one request has one answer').nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  seed: z.int().nullish(),
  presence_penalty: z.number().nullish(),
  frequency_penalty: z.number().nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z
    .literal(true, 'is not supported: how many tools are called is left to the model')
    .nullish(),
  user: z.string().nullish(),
  weft: weftExtensions.nullish(),
  audio: unsupported('answers are text'),
  modalities: z.array(z.literal('text', "must be 'text'")).nullish(),
  logprobs: z.literal(false, 'is not supported').nullish(),
  top_logprobs: unsupported('there are no log probabilities'),
  logit_bias: z.strictObject({}, 'is not supported').nullish(),
  functions: unsupported("use 'tools'"),
  function_call: unsupported("use 'tool_choice'"),
  web_search_options: unsupported('give an assistant a collection or a tool'),
  moderation: unsupported("an assistant's safety policy decides"),
};

/** A chat request as OpenAI's API has it. Fields that are not named here do no harm when they are ignored. */
export const chatRequestSchema = z.object(fields);

export type OpenAiChatRequest = z.output<typeof chatRequestSchema>;
