import { common } from '@weft/contracts';
import { type Logger } from '@weft/runtime';
import { type Generation } from '../language-model-provider';
import { finishReasonOf, usageOf } from './answer-parts';
import { malformed } from './provider-errors';

interface CompletionBody {
  model?: unknown;
  choices?: { message?: MessageBody | null; finish_reason?: unknown }[];
  usage?: unknown;
}

interface MessageBody {
  content?: unknown;
  refusal?: unknown;
  tool_calls?: { id?: unknown; function?: { name?: unknown; arguments?: unknown } }[] | null;
}

/**
 * Reads the JSON of a whole chat completion.
 *
 * @throws WeftError INTERNAL `PROVIDER_STREAM_MALFORMED` when it is none
 */
export function readGeneration(body: string, requestedModel: string, logger: Logger): Generation {
  const completion = parse(body);
  const choice = Array.isArray(completion.choices) ? completion.choices[0] : undefined;
  const message = choice?.message;
  if (!message) throw malformed('it has no message');
  const toolCalls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  const known = finishReasonOf(choice.finish_reason);
  if (known === undefined)
    logger.warn({ finishReason: String(choice.finish_reason) }, 'unknown finish reason taken for stop');
  return {
    message: common.Message.fromPartial({
      role: common.Role.ASSISTANT,
      content: text(message.content) || text(message.refusal),
      toolCalls: toolCalls.map((call) => ({
        id: text(call.id),
        name: text(call.function?.name),
        argumentsJson: text(call.function?.arguments),
      })),
    }),
    finishReason: known ?? common.FinishReason.STOP,
    usage: usageOf(completion.usage),
    providerModel: text(completion.model) || requestedModel,
  };
}

function parse(body: string): CompletionBody {
  try {
    return (JSON.parse(body) ?? {}) as CompletionBody;
  } catch (error) {
    throw malformed('it is not JSON', error);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : '';
}
