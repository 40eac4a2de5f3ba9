create table ingestions (
  tenant_id text not null,
  id uuid not null,
  collection_id uuid not null,
  collection text not null,
  -- What the caller named its request; null where it did not.
  request_id text collate "C",
  request_digest text not null,
  document_count integer not null,
  created integer not null default 0,
  replaced integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  cancelled boolean not null default false,
  create_time timestamptz not null,
  update_time timestamptz not null,
  finish_time timestamptz,
  primary key (tenant_id, id),
  constraint ingestions_request unique (tenant_id, request_id)
);
create index ingestions_unfinished on ingestions (tenant_id, collection_id) where finish_time is null;
create index ingestions_finished on ingestions (finish_time) where finish_time is not null;
select weft_tenant_table('ingestions');

-- The queue of truth: a document is pending until it has a number in the order in which its ingestion's documents were done.
create table ingestion_documents (
  tenant_id text not null,
  ingestion_id uuid not null,
  document_index integer not null,
  -- The order in which documents were accepted.
  sequence bigint generated always as identity,
  collection_id uuid not null,
  uri text collate "C" not null,
  media_type text not null,
  title text not null,
  metadata jsonb not null,
  content_hash text not null,
  size_bytes bigint not null,
  -- Null once it is done.
  content bytea,
  -- Names the claim of whoever works on it: only that one may settle it.
  claim_id uuid,
  -- From when on it may be claimed: at once, when the lease of a claim ends, or when it is to be tried again.
  due_time timestamptz not null,
  -- How often it was claimed, outages and stops not counted.
  attempts integer not null default 0,
  -- How often it was put off.
  retries integer not null default 0,
  done_number integer,
  -- The encoded weft.retrieval.v1.IngestResult.
  result bytea,
  primary key (tenant_id, ingestion_id, document_index)
);
-- It is written once and read once: compressing it would cost more than it saves.
alter table ingestion_documents alter column content set storage external;
create index ingestion_documents_pending on ingestion_documents (tenant_id, sequence) include (size_bytes) where done_number is null;
create index ingestion_documents_uri on ingestion_documents (collection_id, hashtextextended(uri, 0)) where done_number is null;
create unique index ingestion_documents_done on ingestion_documents (tenant_id, ingestion_id, done_number) where done_number is not null;
select weft_tenant_table('ingestion_documents');
