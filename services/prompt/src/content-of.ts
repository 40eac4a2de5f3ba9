import { common, type prompt } from '@weft/contracts';
import { type FieldViolation, invalidFields } from '@weft/errors';
import { type PromptContent } from './prompt-content';

/**
 * Reads the content of a version from a request.
 *
 * @throws WeftError INVALID_ARGUMENT for a role that this build does not know, or text that cannot be kept
 */
export function contentOf(
  request: Pick<prompt.CreatePromptVersionRequest, 'messages' | 'variablesSchemaJson'>,
): PromptContent {
  const { messages, variablesSchemaJson } = request;
  const violations: FieldViolation[] = unkeepable('variables_schema_json', variablesSchemaJson);
  for (const [index, { role, template }] of messages.entries()) {
    if (common.Role[role] === undefined)
      violations.push({ field: `messages[${index}].role`, description: 'is not a known role' });
    violations.push(...unkeepable(`messages[${index}].template`, template));
  }
  if (violations.length > 0) throw invalidFields(violations);
  return { messages: messages.map(({ role, template }) => ({ role, template })), variablesSchemaJson };
}

/** What PostgreSQL cannot keep: U+0000 and half a surrogate pair. */
export function unkeepable(field: string, text: string): FieldViolation[] {
  if (!text.includes('\0') && text.isWellFormed()) return [];
  return [{ field, description: 'must be well-formed Unicode without the character U+0000' }];
}
