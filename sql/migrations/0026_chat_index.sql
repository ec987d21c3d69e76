-- The vectors of chat messages, what of them is stale, and which messages are the output of tools.

set local search_path = public, extensions, pg_temp;

-- Whether a long text is output that somebody pasted (a log, a listing, a stack trace) and not something said: it has next
-- to no runs of four words in lower case. A script without lower case is never taken for output.
create function codingit.looks_like_output(content text) returns boolean
  language sql immutable strict parallel safe
  set search_path = pg_catalog, pg_temp
  return char_length(content) >= 1500
    and octet_length(content) < 1.2 * char_length(content)
    -- Of prose there is a run in 30 to 80 characters, of code with comments in 150 to 300.
    and regexp_count(left(content, 6000), '[a-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}[,;:]? [a-z]{2,}') * 400
      < char_length(left(content, 6000));

-- Writers that know it say which messages a tool wrote; of the others the text tells.
alter table public.chat_message_cache
  add column kind text not null default 'message' check (kind in ('message', 'tool'));
alter table public.chat_message_cache
  add column is_output boolean not null
    generated always as (kind = 'tool' or codingit.looks_like_output(content)) stored;

-- What should be embedded against what is: a message is stale where the two hashes differ.
create table public.chat_index_state (
  message_id uuid not null references public.chat_message_cache (id) on delete cascade,
  model_id smallint not null references public.embedding_models (id),
  user_id uuid not null,
  wanted_hash bytea not null,
  indexed_hash bytea,
  parts int not null default 0,
  -- Characters of a very long message whose meaning is in no part; full text finds them.
  unread int not null default 0,
  masked int not null default 0,
  error text,
  attempts int not null default 0,
  retry_at timestamptz not null default '-infinity',
  changed_at timestamptz not null default now(),
  indexed_at timestamptz,
  primary key (message_id, model_id)
);
create index chat_index_state_stale on public.chat_index_state (model_id, retry_at, changed_at)
  where indexed_hash is distinct from wanted_hash;
create index chat_index_state_scope_stale on public.chat_index_state (user_id, model_id)
  where indexed_hash is distinct from wanted_hash;
create index chat_index_state_model on public.chat_index_state (model_id);
alter table public.chat_index_state enable row level security;
alter table public.chat_index_state force row level security;

-- The vector of each part of a message. Scanned from end to end for a user, so nothing else is in it: the text is where it
-- was, and `start_at` and `end_at` say which of its characters were meant.
create table public.chat_embeddings (
  message_id uuid not null references public.chat_message_cache (id) on delete cascade,
  model_id smallint not null references public.embedding_models (id),
  part smallint not null check (part >= 0),
  user_id uuid not null,
  start_at int not null,
  end_at int not null,
  embedding halfvec not null,
  primary key (message_id, model_id, part),
  check (start_at >= 0 and end_at > start_at)
);
alter table public.chat_embeddings alter column embedding set storage plain;
create index chat_embeddings_scope on public.chat_embeddings (user_id, model_id);
create index chat_embeddings_model on public.chat_embeddings (model_id);
alter table public.chat_embeddings enable row level security;
alter table public.chat_embeddings force row level security;

revoke all on public.chat_index_state, public.chat_embeddings from public, anon, authenticated, service_role;
