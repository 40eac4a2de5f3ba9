import { createHash } from 'node:crypto';
import { common } from '@weft/contracts';
import { canonicalJson } from './canonical-json';

/** A message with variables. */
export interface MessageTemplate {
  role: common.Role;
  /** Liquid. */
  template: string;
}

/** What a prompt version says; never changes. */
export interface PromptContent {
  messages: MessageTemplate[];
  /** JSON Schema (draft 2020-12) of the variables. Empty: there are none. */
  variablesSchemaJson: string;
}

/**
 * SHA-256, in hexadecimal, over a canonical JSON of the messages and the schema. The order of the schema's keys and the space
 * between them do not count.
 */
export function contentDigest(content: PromptContent): string {
  const { messages, variablesSchemaJson } = content;
  const canonical = canonicalJson({
    messages: messages.map(({ role, template }) => ({ role: common.Role[role], template })),
    variablesSchema: variablesSchemaJson === '' ? null : (JSON.parse(variablesSchemaJson) as unknown),
  });
  return createHash('sha256').update(canonical).digest('hex');
}
