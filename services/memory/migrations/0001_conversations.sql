create table conversations (
  tenant_id text not null,
  id text collate "C" not null,
  title text not null,
  message_count bigint not null default 0,
  token_total bigint not null default 0,
  create_time timestamptz not null default now(),
  update_time timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index conversations_by_change on conversations (tenant_id, update_time desc, id desc);
select weft_tenant_table('conversations');

-- `message` is a weft.common.v1.Message: text of people and models may hold what a text column refuses.
-- `tokens_before` is what all earlier messages of the conversation have together; it finds a window without reading the rest.
create table conversation_messages (
  tenant_id text not null,
  conversation_id text collate "C" not null,
  number bigint not null,
  message bytea not null,
  token_count int not null,
  tokens_before bigint not null,
  run_id text not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, conversation_id, number),
  foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade
);
create index conversation_messages_by_tokens on conversation_messages (tenant_id, conversation_id, tokens_before);
select weft_tenant_table('conversation_messages');

-- What was appended under an idempotency key.
create table conversation_appends (
  tenant_id text not null,
  conversation_id text collate "C" not null,
  idempotency_key text collate "C" not null,
  first_number bigint not null,
  last_number bigint not null,
  primary key (tenant_id, conversation_id, idempotency_key),
  foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade
);
select weft_tenant_table('conversation_appends');
