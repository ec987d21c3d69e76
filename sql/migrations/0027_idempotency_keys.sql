-- What was answered to requests that a client may send again: the same key gets the same answer, and nothing is made twice.

create table public.idempotency_keys (
  user_id uuid not null references auth.users (id) on delete cascade,
  key text not null check (char_length(key) between 1 and 255),
  -- Of the route and of what was asked for: another request under the same key is a mistake of the client's.
  request_hash bytea not null,
  -- These three are null only inside the transaction that makes the thing.
  status int check (status between 200 and 299),
  reply text,
  location text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '1 day',
  primary key (user_id, key)
);
create index idx_idempotency_keys_expires_at on public.idempotency_keys (expires_at);
alter table public.idempotency_keys enable row level security;
alter table public.idempotency_keys force row level security;
