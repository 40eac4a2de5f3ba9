import { invalidField } from '@weft/errors';
import { isConversationId } from './conversation-id';
import { type ConversationKey } from './conversation-store';

/** Where a page of conversations begins; undefined on the first page. */
export function readConversationKey(after: unknown[] | undefined): ConversationKey | undefined {
  if (after === undefined) return undefined;
  const [updateTimeMicros, id] = after;
  if (!isCount(updateTimeMicros) || typeof id !== 'string' || !isConversationId(id)) throw badToken();
  return { updateTimeMicros, id };
}

/** The number that a page of messages begins after. */
export function readMessageKey(after: unknown[] | undefined): number {
  if (after === undefined) return 0;
  const [number] = after;
  if (!isCount(number)) throw badToken();
  return number;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function badToken(): Error {
  return invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
}
