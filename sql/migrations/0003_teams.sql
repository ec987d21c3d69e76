-- Teams: who is in them, what they may use, what they pay.

create table public.teams (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) >= 1),
  tier text default 'free' check (tier in ('free', 'pro', 'enterprise')),
  email text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  stripe_customer_id text unique,
  stripe_subscription_id text unique,
  subscription_status public.subscription_status_enum default 'active',
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at_period_end boolean default false
);
create index idx_teams_stripe_customer_id on public.teams (stripe_customer_id);
alter table public.teams enable row level security;
alter table public.teams force row level security;

create table public.team_members (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member')),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (team_id, user_id)
);
create index idx_team_members_team_id on public.team_members (team_id);
create index idx_team_members_user_id on public.team_members (user_id);
alter table public.team_members enable row level security;
alter table public.team_members force row level security;

create table public.users_teams (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  team_id uuid not null references public.teams (id) on delete cascade,
  is_default boolean default false,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (user_id, team_id)
);
alter table public.users_teams enable row level security;
alter table public.users_teams force row level security;

create table public.team_usage_limits (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id) on delete cascade,
  usage_type text not null
    check (usage_type in ('github_imports', 'storage_mb', 'execution_time_seconds', 'api_calls')),
  limit_value int not null default 0 check (limit_value >= 0),
  current_usage int not null default 0 check (current_usage >= 0),
  period_start timestamptz default now(),
  period_end timestamptz default (now() + interval '1 month'),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (team_id, usage_type)
);
create index idx_team_usage_limits_team_id on public.team_usage_limits (team_id);
alter table public.team_usage_limits enable row level security;
alter table public.team_usage_limits force row level security;

create table public.billing_info (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null unique references public.teams (id) on delete cascade,
  company_name text not null,
  company_email text not null check (company_email ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$'),
  tax_id text,
  address text not null,
  city text not null,
  state text not null,
  postal_code text not null,
  country text not null default 'US',
  payment_method text not null default 'card' check (payment_method in ('card', 'bank_transfer', 'invoice')),
  billing_cycle text not null default 'monthly' check (billing_cycle in ('monthly', 'annual')),
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
alter table public.billing_info enable row level security;
alter table public.billing_info force row level security;

create table public.subscription_events (
  id uuid primary key default gen_random_uuid(),
  team_id uuid not null references public.teams (id) on delete cascade,
  stripe_event_id text unique,
  event_type text not null check (char_length(event_type) >= 1),
  event_data jsonb not null default '{}',
  processed_at timestamptz default now(),
  created_at timestamptz default now()
);
alter table public.subscription_events enable row level security;
alter table public.subscription_events force row level security;
