create table api_keys (
  tenant_id text not null,
  id text not null,
  display_name text not null,
  prefix text not null,
  -- HMAC-SHA-256 of the secret: whoever reads this table cannot call with what he finds.
  secret_digest bytea not null,
  scopes text[] not null,
  requests_per_minute integer not null,
  create_time timestamptz not null,
  expire_time timestamptz,
  revoke_time timestamptz,
  primary key (tenant_id, id),
  unique (secret_digest)
);

create index api_keys_newest_first on api_keys (tenant_id, create_time desc, id desc);

select weft_tenant_table('api_keys');

select weft_outbox_table();
