import { common } from '@weft/contracts';
import { type StoredConversation, type StoredMessage } from './conversation-store';

/** A row of `conversations`. */
export interface ConversationRow {
  id: string;
  title: string;
  message_count: number;
  create_time: Date;
  update_time: Date;
  update_time_micros: number;
}

/** A row of `conversation_messages`. */
export interface MessageRow {
  number: number;
  message: Uint8Array;
  token_count: number;
  run_id: string;
  create_time: Date;
}

export function conversationOf(row: ConversationRow): StoredConversation {
  return {
    id: row.id,
    title: row.title,
    messageCount: row.message_count,
    createTime: row.create_time,
    updateTime: row.update_time,
    updateTimeMicros: row.update_time_micros,
  };
}

export function messageOf(row: MessageRow): StoredMessage {
  return {
    number: row.number,
    message: common.Message.decode(row.message),
    tokenCount: row.token_count,
    runId: row.run_id,
    createTime: row.create_time,
  };
}
