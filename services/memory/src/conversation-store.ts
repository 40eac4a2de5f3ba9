import { type common } from '@weft/contracts';

/** A conversation without its messages. */
export interface StoredConversation {
  id: string;
  title: string;
  messageCount: number;
  createTime: Date;
  updateTime: Date;
  /** `updateTime` in microseconds since 1970, as exact as it is kept. */
  updateTimeMicros: number;
}

/** A message as it is kept. */
export interface StoredMessage {
  /** Its place in the conversation, from 1, without holes. */
  number: number;
  message: common.Message;
  tokenCount: number;
  runId: string;
  createTime: Date;
}

/** Messages to append. */
export interface Append {
  conversationId: string;
  messages: { message: common.Message; tokenCount: number }[];
  runId: string;
  /** Empty: none. */
  idempotencyKey: string;
  /** The most messages the conversation may have afterwards. */
  messagesMax: number;
}

/** Where a page of conversations begins: after the one with this key. */
export interface ConversationKey {
  updateTimeMicros: number;
  id: string;
}

/** Where conversations are kept. Everything belongs to the tenant named first; what is not there is NOT_FOUND. */
export interface ConversationStore {
  create(tenantId: string, id: string, title: string): Promise<StoredConversation>;
  get(tenantId: string, id: string): Promise<StoredConversation>;
  /** The last changed first. */
  list(tenantId: string, after: ConversationKey | undefined, limit: number): Promise<StoredConversation[]>;
  delete(tenantId: string, id: string): Promise<void>;
  /** Oldest first, those with a number above `afterNumber`. */
  listMessages(tenantId: string, id: string, afterNumber: number, limit: number): Promise<StoredMessage[]>;
  /**
   * Appends all or none; under an idempotency key that was used before, none.
   *
   * @returns the messages as they are kept, also those of the earlier use of the key
   * @throws WeftError RESOURCE_EXHAUSTED when the conversation would have too many messages
   */
  append(tenantId: string, append: Append): Promise<StoredMessage[]>;
  /** The newest messages with at most `maxTokens` tokens, oldest first, and how many messages the conversation has. */
  newest(
    tenantId: string,
    id: string,
    maxTokens: number,
  ): Promise<{ messages: StoredMessage[]; messageCount: number }>;
}
