create table entries (
  tenant_id text not null,
  key_digest bytea not null,
  assistant text not null,
  payload bytea not null,
  payload_type text not null,
  create_time timestamptz not null,
  expire_time timestamptz not null,
  primary key (tenant_id, key_digest)
);

create index entries_by_age on entries (tenant_id, create_time);
create index entries_by_assistant on entries (tenant_id, assistant);
create index entries_by_expiry on entries (expire_time);

select weft_tenant_table('entries');
