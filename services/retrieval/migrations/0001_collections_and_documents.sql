create table collections (
  tenant_id text not null,
  id uuid not null,
  name text collate "C" not null,
  description text not null,
  -- Empty and 0 until the first document says what the default model was.
  embedding_model text not null,
  dimensions integer not null default 0,
  chunk_max_characters integer not null,
  chunk_overlap_characters integer not null,
  document_count integer not null default 0,
  chunk_count integer not null default 0,
  -- How many words its chunks have in all, stop words not counted: the length that BM25 averages.
  term_count bigint not null default 0,
  revision bigint not null default 0,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id),
  constraint collections_name unique (tenant_id, name)
);
select weft_tenant_table('collections');

create table documents (
  tenant_id text not null,
  id uuid not null,
  collection_id uuid not null,
  uri text collate "C" not null,
  title text not null,
  media_type text not null,
  content_hash text not null,
  -- Digest of everything it was ingested with: the same again changes nothing.
  fingerprint text not null,
  size_bytes bigint not null,
  chunk_count integer not null,
  term_count integer not null,
  metadata jsonb not null,
  -- What the offsets of its chunks count in.
  plain_text text not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, id),
  constraint documents_uri unique (tenant_id, collection_id, uri)
);
select weft_tenant_table('documents');

create table chunks (
  tenant_id text not null,
  document_id uuid not null,
  ordinal integer not null,
  collection_id uuid not null,
  start_offset integer not null,
  end_offset integer not null,
  headings jsonb not null,
  text text not null,
  primary key (document_id, ordinal)
);
create index chunks_collection on chunks (tenant_id, collection_id);
select weft_tenant_table('chunks');

-- Apart from the chunks, so that an exact search reads vectors and nothing else.
create table chunk_vectors (
  tenant_id text not null,
  document_id uuid not null,
  ordinal integer not null,
  collection_id uuid not null,
  -- In the row as long as it fits a page: an exact search reads every one of a collection.
  embedding vector storage main not null,
  primary key (document_id, ordinal)
);
create index chunk_vectors_collection on chunk_vectors (tenant_id, collection_id);
select weft_tenant_table('chunk_vectors');

-- The keyword index: in which chunks of a document a term stands, how often, and how long those chunks are.
create table postings (
  tenant_id text not null,
  collection_id uuid not null,
  term text collate "C" not null,
  document_id uuid not null,
  ordinals integer[] not null,
  frequencies integer[] not null,
  lengths integer[] not null,
  primary key (collection_id, term, document_id)
);
create index postings_document on postings (document_id);
select weft_tenant_table('postings');

select weft_outbox_table();
