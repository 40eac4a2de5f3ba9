create table prompts (
  tenant_id text not null,
  name text collate "C" not null,
  description text not null,
  latest_version int not null,
  latest_digest text not null,
  create_time timestamptz not null default now(),
  update_time timestamptz not null default now(),
  primary key (tenant_id, name)
);
select weft_tenant_table('prompts');

create table prompt_versions (
  tenant_id text not null,
  prompt text collate "C" not null,
  version int not null,
  messages jsonb not null,
  variables_schema_json text not null,
  digest text not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, prompt, version),
  foreign key (tenant_id, prompt) references prompts (tenant_id, name) on delete cascade
);
select weft_tenant_table('prompt_versions');

-- A version is named by its digest on every call that used it, so it must never change, whoever asks.
create function refuse_version_change() returns trigger language plpgsql as $$
begin
  raise exception 'a prompt version never changes' using errcode = 'restrict_violation';
end
$$;
create trigger prompt_versions_never_change before update on prompt_versions
  for each row execute function refuse_version_change();

create table prompt_labels (
  tenant_id text not null,
  prompt text collate "C" not null,
  label text collate "C" not null,
  version int not null,
  primary key (tenant_id, prompt, label),
  foreign key (tenant_id, prompt, version) references prompt_versions (tenant_id, prompt, version) on delete cascade
);
create index prompt_labels_by_version on prompt_labels (tenant_id, prompt, version);
select weft_tenant_table('prompt_labels');
