-- A run has its row while it goes on. `owner` is the process that runs it, and whoever ended it: empty when that process was lost.
-- `draft` is the event that tells of the run if its process dies: the model calls that were begun, with what was known of them last.
alter table runs
  add column owner text not null default '',
  add column lease_end_time timestamptz,
  add column cancel_requested boolean not null default false,
  add column draft bytea;

-- The runs that go on, few among all. It names no column that a lease changes, so that extending one touches no index.
create index runs_open on runs (tenant_id, id) where state = 1;
