import { notFound } from '@weft/errors';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a conversation can have this id. */
export function isConversationId(text: string): boolean {
  return uuid.test(text);
}

/** An id that no conversation can have is one that there is none of; not every text can even be asked for. */
export function checkConversationId(id: string): string {
  if (!isConversationId(id)) throw notFound('conversation', id);
  return id;
}
