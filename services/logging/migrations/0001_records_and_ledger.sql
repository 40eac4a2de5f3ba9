-- What happened, one row an event. The event's id is what makes a redelivered event count once.
create table records (
  tenant_id text not null,
  id text not null,
  subject text not null,
  event_time timestamptz not null,
  run_id text not null,
  detail jsonb not null,
  primary key (tenant_id, id)
);
create index records_by_time on records (tenant_id, event_time desc, id desc);
create index records_by_subject on records (tenant_id, subject, event_time desc, id desc);
create index records_by_run on records (tenant_id, run_id, event_time desc, id desc) where run_id <> '';
select weft_tenant_table('records');

-- What was used, one row a model call. Run and attempt are unique whatever request id a client sent.
create table usage_ledger (
  tenant_id text not null,
  run_id text not null,
  attempt integer not null,
  request_id text not null,
  api_key_id text not null,
  model text not null,
  provider text not null,
  assistant text not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cached_input_tokens bigint not null,
  reasoning_tokens bigint not null,
  estimated boolean not null,
  outcome text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  primary key (tenant_id, run_id, attempt)
);
create index usage_ledger_by_time on usage_ledger (tenant_id, start_time desc, run_id desc, attempt desc);
create index usage_ledger_by_request on usage_ledger (tenant_id, request_id, start_time desc, run_id desc, attempt desc);
select weft_tenant_table('usage_ledger');
