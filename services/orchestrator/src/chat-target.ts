import { type orchestrator } from '@weft/contracts';
import { invalidField } from '@weft/errors';
import { type AssistantStore } from './assistant-store';

/** What answers a request: a model alone, or an assistant at a version. */
export interface ChatTarget {
  /** The model that is called. */
  model: string;
  assistant: orchestrator.Assistant | undefined;
}

const assistantPrefix = 'assistant:';

/**
 * Finds what `model` of a request names: a model, `assistant:<name>` or `assistant:<name>@<version>`.
 *
 * @throws WeftError NOT_FOUND for an assistant that the tenant does not have
 */
export async function resolveTarget(
  assistants: AssistantStore,
  tenantId: string,
  model: string,
): Promise<ChatTarget> {
  if (!model.startsWith(assistantPrefix)) return { model, assistant: undefined };
  const [name = '', version] = model.slice(assistantPrefix.length).split('@');
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) {
    throw invalidField('model', `'${model}' must end in a version from 1, such as assistant:${name}@1`);
  }
  const assistant = await assistants.get(tenantId, name, version === undefined ? 0 : Number(version));
  return { model: assistant.spec!.model, assistant };
}

/** Refuses what a request asks of the wrong kind of target. */
export function checkAgainstTarget(request: orchestrator.ChatRequest, { assistant }: ChatTarget): void {
  if (assistant === undefined) {
    if (request.conversationId !== '')
      throw invalidField('conversation_id', 'is for assistants with memory; a model alone has none');
    if (request.variables !== undefined)
      throw invalidField('variables', 'are for assistants; a model alone has no prompt');
    return;
  }
  if (request.tools.length > 0)
    throw invalidField('tools', `are for models alone; the assistant '${assistant.name}' has its own`);
  if (request.conversationId !== '' && assistant.spec?.memory === undefined) {
    throw invalidField(
      'conversation_id',
      `is set, but the assistant '${assistant.name}' has no memory settings`,
    );
  }
}
