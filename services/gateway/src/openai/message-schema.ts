import { z } from 'zod';

const textPart = z.object({
  type: z.literal('text', "must be 'text': other kinds of content are not supported"),
  text: z.string(),
});
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() });

const textContent = z.union([z.string(), z.array(textPart).min(1, 'must have at least one part')]);
const assistantContent = z.union([
  z.string(),
  z.array(z.discriminatedUnion('type', [textPart, refusalPart], "must be 'text' or 'refusal'")),
]);

const name = z.string().nullish();

const toolCall = z.object({
  id: z.string(),
  type: z.literal('function', "must be 'function': other kinds of tools are not supported"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const roles = "must be 'system', 'developer', 'user', 'assistant' or 'tool'";

/** A message of a chat request, as OpenAI's API has it, without what weft does not support. */
export const messageSchema = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.enum(['system', 'developer']), content: textContent, name }),
    z.object({ role: z.literal('user'), content: textContent, name }),
    z.object({
      role: z.literal('assistant'),
      content: assistantContent.nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(toolCall).nullish(),
      function_call: z.null("is not supported: use 'tool_calls'").optional(),
      audio: z.null('is not supported').optional(),
      name,
    }),
    z.object({ role: z.literal('tool'), content: textContent, tool_call_id: z.string() }),
  ],
  roles,
);

export type OpenAiMessage = z.output<typeof messageSchema>;
