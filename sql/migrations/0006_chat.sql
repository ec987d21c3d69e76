-- Chat: sessions with their searchable messages, and threads.

set local search_path = public, extensions, pg_temp;

create table public.chat_sessions (
  id uuid primary key default gen_random_uuid(),
  session_id varchar not null unique,
  user_id uuid not null references auth.users (id) on delete cascade,
  team_id uuid references public.teams (id) on delete set null,
  title text,
  status varchar default 'active' check (status in ('active', 'archived', 'deleted')),
  message_count int default 0 check (message_count >= 0),
  model varchar,
  template varchar,
  s3_metadata_key text,
  s3_messages_key text,
  total_tokens int default 0 check (total_tokens >= 0),
  estimated_cost numeric default 0 check (estimated_cost >= 0),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_activity timestamptz default now()
);
create index idx_chat_sessions_last_activity on public.chat_sessions (last_activity desc);
create index idx_chat_sessions_session_id on public.chat_sessions (session_id);
create index idx_chat_sessions_status on public.chat_sessions (status);
create index idx_chat_sessions_team_id on public.chat_sessions (team_id);
create index idx_chat_sessions_user_id on public.chat_sessions (user_id);
alter table public.chat_sessions enable row level security;
alter table public.chat_sessions force row level security;

-- The words of a text as a tsvector holds them, at most 1 MB: a longer text is cut until its words fit, since a message
-- that cannot be indexed to its end must still be stored. Immutable because the configuration is named.
create function codingit.english_words(content text) returns tsvector
  language plpgsql immutable strict parallel unsafe
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    -- A text of this size fits whatever it holds: one byte becomes at most four (test_defects measures it).
    always_fits constant int := 200000;
    kept int := char_length(content);
  begin
    if octet_length(content) <= always_fits then
      return to_tsvector('pg_catalog.english', content);
    end if;
    loop
      begin
        return to_tsvector('pg_catalog.english', left(content, kept));
      exception
        when program_limit_exceeded then
          kept := kept / 2;
      end;
    end loop;
  end
  $$;
revoke all on function codingit.english_words(text) from public;

create table public.chat_message_cache (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.chat_sessions (id) on delete cascade,
  message_id varchar not null,
  role varchar not null check (role in ('user', 'assistant', 'system')),
  content text not null,
  content_hash varchar,
  model varchar,
  template varchar,
  token_count int check (token_count is null or token_count >= 0),
  execution_time_ms int check (execution_time_ms is null or execution_time_ms >= 0),
  created_at timestamptz default now(),
  content_vector tsvector generated always as (codingit.english_words(content)) stored,
  -- The session's user, set by trigger: a policy that asks the session costs a subplan a row.
  user_id uuid not null
);
create index idx_chat_message_cache_session_id on public.chat_message_cache (session_id);
create index idx_chat_message_cache_created_at on public.chat_message_cache (created_at desc);
create index idx_chat_message_cache_content_vector on public.chat_message_cache using gin (content_vector);
create index idx_chat_message_cache_model on public.chat_message_cache (model);
create index idx_chat_message_cache_content_trgm on public.chat_message_cache using gin (content gin_trgm_ops);
create index idx_chat_message_cache_user_id on public.chat_message_cache (user_id, created_at desc);
alter table public.chat_message_cache enable row level security;
alter table public.chat_message_cache force row level security;

create table public.chat_session_tags (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.chat_sessions (id) on delete cascade,
  tag varchar not null check (char_length(tag) >= 1),
  created_at timestamptz default now(),
  unique (session_id, tag)
);
alter table public.chat_session_tags enable row level security;
alter table public.chat_session_tags force row level security;

create table public.chat_export_requests (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  export_type varchar not null check (export_type in ('json', 'csv')),
  status varchar default 'pending' check (status in ('pending', 'processing', 'completed', 'failed')),
  date_from timestamptz,
  date_to timestamptz,
  session_ids uuid[],
  s3_export_key text,
  file_size_bytes bigint check (file_size_bytes is null or file_size_bytes >= 0),
  record_count int check (record_count is null or record_count >= 0),
  error_message text,
  created_at timestamptz default now(),
  completed_at timestamptz
);
alter table public.chat_export_requests enable row level security;
alter table public.chat_export_requests force row level security;

create table public.conversation_threads (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) >= 1),
  created_by uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  is_archived boolean default false
);
alter table public.conversation_threads enable row level security;
alter table public.conversation_threads force row level security;

create table public.thread_messages (
  id uuid primary key default gen_random_uuid(),
  thread_id uuid not null references public.conversation_threads (id) on delete cascade,
  sender_id uuid not null references auth.users (id) on delete cascade,
  content text not null check (char_length(content) >= 1),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  is_deleted boolean default false
);
alter table public.thread_messages enable row level security;
alter table public.thread_messages force row level security;

create table public.thread_summaries (
  id uuid primary key default gen_random_uuid(),
  thread_id uuid not null references public.conversation_threads (id) on delete cascade,
  summary text not null,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  message_count int not null check (message_count >= 0),
  last_message_id uuid references public.thread_messages (id) on delete set null
);
alter table public.thread_summaries enable row level security;
alter table public.thread_summaries force row level security;
