-- Vectors by what they were made of. `vector` holds float32 values, little-endian, one after another.
create table embeddings (
  tenant_id text not null,
  model text collate "C" not null,
  text_digest bytea not null,
  vector bytea not null,
  token_count int not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, model, text_digest)
);
-- Vectors are close to random bytes: trying to compress them costs time and saves nothing.
alter table embeddings alter column vector set storage external;
select weft_tenant_table('embeddings');
