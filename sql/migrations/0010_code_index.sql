-- What the code index keeps: its generations, what is stale, the chunks, and the lexicon of their terms.

create function codingit.content_hash(content text) returns bytea
  language sql immutable strict parallel safe
  set search_path = pg_catalog, pg_temp
  return sha256(convert_to(content, 'UTF8'));

comment on function codingit.content_hash is
  'sha256 of the text in UTF-8; immutable because the encoding is named and not taken from the database';

alter table public.workspace_files
  add column content_hash bytea not null generated always as (codingit.content_hash(content)) stored;

-- One row an index generation: a model together with a version of the chunker. A new one is built beside the active one.
create table public.embedding_models (
  id smallint generated always as identity primary key,
  name text not null check (char_length(name) between 1 and 500),
  revision text not null,
  -- Rows of the index hold the vector inline; 2,000 halves are the half of a page.
  dimensions int not null check (dimensions between 1 and 2000),
  chunker_version int not null,
  active boolean not null default false,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  activated_at timestamptz,
  unique (name, revision, dimensions, chunker_version),
  check (not (active and retired_at is not null))
);
create unique index embedding_models_one_active on public.embedding_models (active) where active;

-- What should be indexed against what is: a file is stale where the two hashes differ.
create table public.code_index_state (
  file_id uuid not null references public.workspace_files (id) on delete cascade,
  model_id smallint not null references public.embedding_models (id),
  user_id uuid not null,
  project_id uuid,
  wanted_hash bytea not null,
  indexed_hash bytea,
  chunks int not null default 0,
  masked int not null default 0,
  skipped text,
  error text,
  attempts int not null default 0,
  retry_at timestamptz not null default '-infinity',
  changed_at timestamptz not null default now(),
  indexed_at timestamptz,
  primary key (file_id, model_id)
);
create index code_index_state_stale on public.code_index_state (model_id, retry_at, changed_at)
  where indexed_hash is distinct from wanted_hash;
create index code_index_state_scope on public.code_index_state (user_id, model_id, project_id);
create index code_index_state_scope_stale on public.code_index_state (user_id, model_id, project_id)
  where indexed_hash is distinct from wanted_hash;
create index code_index_state_model on public.code_index_state (model_id, file_id);

alter table public.code_embeddings
  add column project_id uuid,
  add column file_id uuid references public.workspace_files (id) on delete cascade,
  add column model_id smallint references public.embedding_models (id),
  add column ordinal int,
  add column start_line int,
  add column end_line int,
  add column language text,
  add column kind text,
  add column role text,
  add column path text,
  add column symbol text,
  add column defines text[],
  add column signature text,
  -- `embedding` is the text's vector together with that of the file's path; the text's alone stays, so that a renamed file
  -- is not encoded again.
  add column text_hash bytea,
  add column text_embedding halfvec,
  add column words text[],
  add column terms sparsevec(536870912);

-- A chunk of the indexer is whole; rows that other clients write have none of it.
alter table public.code_embeddings add constraint code_embeddings_chunk_is_whole check (
  file_id is null
  or num_nulls(model_id, ordinal, start_line, end_line, kind, role, path, text_hash, text_embedding, words, terms, embedding) = 0
);

-- One narrow pass: what is scanned stays in the row, what is shown or looked up moves out of it.
alter table public.code_embeddings
  alter column embedding set storage plain,
  alter column terms set storage plain,
  alter column path set storage plain,
  alter column symbol set storage plain,
  alter column language set storage plain,
  alter column kind set storage plain,
  alter column role set storage plain,
  alter column text_hash set storage plain,
  alter column content set storage external,
  alter column text_embedding set storage external,
  alter column words set storage external,
  alter column signature set storage external,
  alter column defines set storage external;
alter table public.code_embeddings set (toast_tuple_target = 128);

-- Checked at commit, so that one statement can renumber the chunks of a file.
alter table public.code_embeddings
  add constraint code_embeddings_chunk unique (file_id, model_id, ordinal) deferrable initially deferred;
create index code_embeddings_scope on public.code_embeddings (user_id, model_id, project_id);
create index code_embeddings_reuse on public.code_embeddings (user_id, model_id, text_hash);
-- A project implies its user: without this the planner multiplies the two and expects one row.
create statistics public.code_embeddings_scope_statistics (ndistinct, dependencies)
  on user_id, project_id, model_id from public.code_embeddings;

-- How many chunks of a scope hold a term; the term '' counts the chunks themselves.
create table public.code_terms (
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid,
  model_id smallint not null,
  term text not null,
  df int not null,
  unique nulls not distinct (user_id, model_id, project_id, term)
);
create index code_terms_fuzzy on public.code_terms using gin (user_id, term gin_trgm_ops);
create index code_terms_scopes on public.code_terms (user_id, model_id) where term = '';
create index code_terms_emptied on public.code_terms (df) where df <= 0;

-- Changes of the lexicon that are not folded in yet: appended by whoever changes chunks, so that no writer waits.
create table public.code_term_deltas (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  project_id uuid,
  model_id smallint not null,
  term text not null,
  df int not null
);
create index code_term_deltas_scope on public.code_term_deltas (user_id, model_id, term);

-- The approximate indexes that the worker made, with the probes that reach the recall asked for; user_id null: all users.
create table public.code_ann_indexes (
  name text primary key,
  model_id smallint not null references public.embedding_models (id),
  user_id uuid,
  lists int not null,
  probes int not null,
  rows_at_build bigint not null,
  recall real,
  built_at timestamptz not null default now(),
  unique nulls not distinct (model_id, user_id)
);

alter table public.embedding_models enable row level security;
alter table public.embedding_models force row level security;
alter table public.code_index_state enable row level security;
alter table public.code_index_state force row level security;
alter table public.code_terms enable row level security;
alter table public.code_terms force row level security;
alter table public.code_term_deltas enable row level security;
alter table public.code_term_deltas force row level security;
alter table public.code_ann_indexes enable row level security;
alter table public.code_ann_indexes force row level security;

revoke all on public.embedding_models, public.code_index_state, public.code_terms,
  public.code_term_deltas, public.code_ann_indexes from public, anon, authenticated, service_role;
