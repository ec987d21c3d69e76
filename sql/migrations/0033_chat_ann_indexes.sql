-- The approximate indexes over users' messages that the worker made. Where ef_search is null none exists: at no setting
-- did it find what the exact pass finds, and the row keeps it from being tried again before there are many more.
create table public.chat_ann_indexes (
  name text primary key,
  model_id smallint not null references public.embedding_models (id),
  user_id uuid not null,
  ef_search int,
  rows_at_build bigint not null,
  rows_at_check bigint not null,
  recall real not null,
  built_at timestamptz not null default now(),
  checked_at timestamptz not null default now(),
  unique (model_id, user_id)
);
alter table public.chat_ann_indexes enable row level security;
alter table public.chat_ann_indexes force row level security;
revoke all on public.chat_ann_indexes from public, anon, authenticated, service_role;
