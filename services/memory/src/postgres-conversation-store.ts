import { common } from '@weft/contracts';
import { internal, notFound, WeftError } from '@weft/errors';
import { type Database } from '@weft/postgres';
import { type ConversationRow, conversationOf, type MessageRow, messageOf } from './conversation-rows';
import {
  type Append,
  type ConversationKey,
  type ConversationStore,
  type StoredConversation,
  type StoredMessage,
} from './conversation-store';

const conversationColumns = `id, title, message_count, create_time, update_time,
  (extract(epoch from update_time) * 1000000)::bigint as update_time_micros`;
const messageColumns = 'm.number, m.message, m.token_count, m.run_id, m.create_time';

/**
 * Appends unless the key was used before. Runs after the lock on the conversation, so that it sees every append before its own;
 * `fresh` is empty for a key that was used before and when there would be too many messages, and then nothing is written.
 */
const appendStatement = `
with repeated as (
  select first_number, last_number from conversation_appends
  where tenant_id = $1 and conversation_id = $2 and idempotency_key = $3
), fresh as (
  select message_count, token_total from conversations
  where tenant_id = $1 and id = $2 and message_count + $8::int <= $9 and not exists (select from repeated)
), kept as (
  insert into conversation_messages as m
    (tenant_id, conversation_id, number, message, token_count, tokens_before, run_id)
  select $1, $2, fresh.message_count + item.position, item.message, item.token_count, fresh.token_total + item.tokens_before, $4
  from fresh, unnest($5::bytea[], $6::int[], $7::bigint[]) with ordinality as item (message, token_count, tokens_before, position)
  returning ${messageColumns}
), remembered as (
  insert into conversation_appends (tenant_id, conversation_id, idempotency_key, first_number, last_number)
  select $1, $2, $3, message_count + 1, message_count + $8 from fresh where $3 <> ''
), counted as (
  update conversations c set message_count = c.message_count + $8, token_total = c.token_total + $10::bigint, update_time = now()
  from fresh where c.tenant_id = $1 and c.id = $2
)
select * from kept
union all
select ${messageColumns} from conversation_messages m, repeated
where m.tenant_id = $1 and m.conversation_id = $2 and m.number between repeated.first_number and repeated.last_number
order by number`;

/** Keeps conversations in the tables `conversations`, `conversation_messages` and `conversation_appends`. */
export class PostgresConversationStore implements ConversationStore {
  constructor(private readonly database: Database) {}

  async create(tenantId: string, id: string, title: string): Promise<StoredConversation> {
    const [row] = await this.database.query<ConversationRow>(
      tenantId,
      `insert into conversations (tenant_id, id, title) values ($1, $2, $3) returning ${conversationColumns}`,
      [tenantId, id, title],
    );
    if (row === undefined) throw internal('an inserted conversation was not returned');
    return conversationOf(row);
  }

  async get(tenantId: string, id: string): Promise<StoredConversation> {
    const [row] = await this.database.query<ConversationRow>(
      tenantId,
      `select ${conversationColumns} from conversations where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    if (row === undefined) throw notFound('conversation', id);
    return conversationOf(row);
  }

  async list(
    tenantId: string,
    after: ConversationKey | undefined,
    limit: number,
  ): Promise<StoredConversation[]> {
    const rows = await this.database.query<ConversationRow>(
      tenantId,
      `select ${conversationColumns} from conversations
       where tenant_id = $1 and ($2::bigint is null
         or (update_time, id) < (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::text))
       order by update_time desc, id desc limit $4`,
      [tenantId, after?.updateTimeMicros ?? null, after?.id ?? null, limit],
    );
    return rows.map(conversationOf);
  }

  async delete(tenantId: string, id: string): Promise<void> {
    const rows = await this.database.query(
      tenantId,
      'delete from conversations where tenant_id = $1 and id = $2 returning 1',
      [tenantId, id],
    );
    if (rows.length === 0) throw notFound('conversation', id);
  }

  async listMessages(
    tenantId: string,
    id: string,
    afterNumber: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    const rows = await this.database.query<MessageRow>(
      tenantId,
      `select ${messageColumns} from conversation_messages m
       where tenant_id = $1 and conversation_id = $2 and number > $3 order by number limit $4`,
      [tenantId, id, afterNumber, limit],
    );
    if (rows.length === 0) await this.get(tenantId, id);
    return rows.map(messageOf);
  }

  async append(tenantId: string, append: Append): Promise<StoredMessage[]> {
    const { conversationId, messages } = append;
    const tokenCounts = messages.map(({ tokenCount }) => tokenCount);
    const tokensBefore = runningSums(tokenCounts);
    const [conversations, rows] = await this.database.batch(tenantId, [
      {
        text: 'select 1 from conversations where tenant_id = $1 and id = $2 for update',
        values: [tenantId, conversationId],
      },
      {
        text: appendStatement,
        values: [
          tenantId,
          conversationId,
          append.idempotencyKey,
          append.runId,
          messages.map(({ message }) => common.Message.encode(message).finish()),
          tokenCounts,
          tokensBefore.slice(0, -1),
          messages.length,
          append.messagesMax,
          tokensBefore.at(-1),
        ],
      },
    ]);
    if (conversations?.length === 0) throw notFound('conversation', conversationId);
    if (rows?.length === 0) throw tooManyMessages(append.messagesMax);
    return (rows as unknown as MessageRow[]).map(messageOf);
  }

  async newest(
    tenantId: string,
    id: string,
    maxTokens: number,
  ): Promise<{ messages: StoredMessage[]; messageCount: number }> {
    const rows = await this.database.query<
      { message_count: number } & (MessageRow | Record<keyof MessageRow, null>)
    >(
      tenantId,
      `select c.message_count, ${messageColumns} from conversations c
       left join conversation_messages m
         on m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.tokens_before >= c.token_total - $3
       where c.tenant_id = $1 and c.id = $2 order by m.number`,
      [tenantId, id, maxTokens],
    );
    const [first] = rows;
    if (first === undefined) throw notFound('conversation', id);
    const messages = rows.flatMap((row) => (row.number === null ? [] : [messageOf(row)]));
    return { messages, messageCount: first.message_count };
  }
}

/** What comes before each place, and last the sum of all. */
function runningSums(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push(sums.at(-1)! + value);
  return sums;
}

function tooManyMessages(messagesMax: number): WeftError {
  return new WeftError(
    'RESOURCE_EXHAUSTED',
    'CONVERSATION_FULL',
    `A conversation has at most ${messagesMax} messages. Begin a new one.`,
    { metadata: { limit: String(messagesMax) } },
  );
}
