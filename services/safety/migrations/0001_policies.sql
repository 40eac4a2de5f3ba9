-- A deleted policy keeps its row and its version: a policy made later under the same name goes on counting, so that no two specs ever share
-- a name and a version, which are part of the keys of cached answers. Without a spec, `default` is what it is built in as.
create table policies (
  tenant_id text not null,
  name text collate "C" not null,
  version int not null,
  spec jsonb,
  create_time timestamptz not null default now(),
  update_time timestamptz not null default now(),
  primary key (tenant_id, name)
);
select weft_tenant_table('policies');
