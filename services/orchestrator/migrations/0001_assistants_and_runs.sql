-- Every version of an assistant stays as it was; the highest is the one in use.
create table assistants (
  tenant_id text not null,
  name text not null,
  version integer not null,
  spec bytea not null,
  create_time timestamptz not null,
  update_time timestamptz not null default now(),
  primary key (tenant_id, name, version)
);
select weft_tenant_table('assistants');

-- The columns are what lists filter and sort by; the record is the whole run as weft.orchestrator.v1.Run.
create table runs (
  tenant_id text not null,
  id uuid not null,
  assistant text not null,
  state smallint not null,
  record bytea not null,
  primary key (tenant_id, id)
);
select weft_tenant_table('runs');

select weft_outbox_table();
