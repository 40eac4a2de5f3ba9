import { common, type memory } from '@weft/contracts';
import { type FieldViolation, invalidField, invalidFields } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { newId } from '@weft/runtime';
import { closeWindow } from './close-window';
import { checkConversationId } from './conversation-id';
import { type ConversationStore } from './conversation-store';
import { countMessageTokens } from './count-message-tokens';
import { fitBytes, messageBytesMax } from './fit-bytes';
import { readConversationKey, readMessageKey } from './page-keys';

/** The handlers of `weft.memory.v1.ConversationService`. */
export function createConversationHandler(store: ConversationStore, messagesMax: number) {
  return {
    async createConversation({ title }: memory.CreateConversationRequest, context: RpcContext) {
      refuseUnkeepable({ title });
      return { conversation: await store.create(tenantOf(context), newId(), title) };
    },

    async getConversation({ id }: memory.GetConversationRequest, context: RpcContext) {
      return { conversation: await store.get(tenantOf(context), checkConversationId(id)) };
    },

    async listConversations(request: memory.ListConversationsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const page = openPage(request, { list: 'conversations', tenantId });
      const rows = await store.list(tenantId, readConversationKey(page.after), page.limit);
      const { items, nextPageToken } = page.close(rows, ({ updateTimeMicros, id }) => [updateTimeMicros, id]);
      return { conversations: items, nextPageToken };
    },

    async deleteConversation({ id }: memory.DeleteConversationRequest, context: RpcContext) {
      await store.delete(tenantOf(context), checkConversationId(id));
      return {};
    },

    async listMessages(request: memory.ListMessagesRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const id = checkConversationId(request.conversationId);
      const list = { list: `messages:${id}`, tenantId };
      const page = openPage(request, list);
      const rows = await store.listMessages(tenantId, id, readMessageKey(page.after), page.limit);
      // Long messages make a shorter page, so that one always fits a response.
      const pageSize = Math.max(1, fitBytes(rows.slice(0, page.size)));
      const { items, nextPageToken } = openPage({ ...request, pageSize }, list).close(rows, ({ number }) => [
        number,
      ]);
      return { messages: items, nextPageToken };
    },

    async appendMessages(request: memory.AppendMessagesRequest, context: RpcContext) {
      const { messages, runId, idempotencyKey } = request;
      const conversationId = checkConversationId(request.conversationId);
      refuseUnkeepable({ run_id: runId, idempotency_key: idempotencyKey });
      refuseTooLong(messages);
      const counted = messages.map((message) => ({ message, tokenCount: countMessageTokens(message) }));
      const append = { conversationId, messages: counted, runId, idempotencyKey, messagesMax };
      return { messages: await store.append(tenantOf(context), append) };
    },

    async getWindow({ conversationId, maxTokens }: memory.GetWindowRequest, context: RpcContext) {
      const id = checkConversationId(conversationId);
      const { messages, messageCount } = await store.newest(tenantOf(context), id, maxTokens);
      const newestFirst = messages.toReversed();
      const window = closeWindow(newestFirst.slice(0, fitBytes(newestFirst)).reverse());
      return {
        messages: window,
        tokenCount: window.reduce((sum, { tokenCount }) => sum + tokenCount, 0),
        truncated: window.length < messageCount,
      };
    },
  };
}

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}

/** What PostgreSQL cannot keep as text: U+0000 and half a surrogate pair. */
function refuseUnkeepable(texts: Record<string, string>): void {
  const violations = Object.entries(texts).flatMap(([field, text]): FieldViolation[] =>
    !text.includes('\0') && text.isWellFormed()
      ? []
      : [{ field, description: 'must be well-formed Unicode without the character U+0000' }],
  );
  if (violations.length > 0) throw invalidFields(violations);
}

/** What is appended at once is also returned at once, so it must fit a response. */
function refuseTooLong(messages: common.Message[]): void {
  const bytes = messages.reduce((sum, message) => sum + common.Message.encode(message).finish().length, 0);
  if (bytes > messageBytesMax)
    throw invalidField('messages', `must have at most ${messageBytesMax} bytes together, have ${bytes}`);
}
