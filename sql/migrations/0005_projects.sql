-- Projects and the code in them.

set local search_path = public, extensions, pg_temp;

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  team_id uuid references public.teams (id) on delete set null,
  title text not null check (char_length(title) >= 1),
  description text,
  template_id text,
  status public.project_status_enum default 'active',
  is_public boolean default false,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  deleted_at timestamptz
);
create index idx_projects_created_at on public.projects (created_at desc);
create index idx_projects_status on public.projects (status);
create index idx_projects_team_id on public.projects (team_id);
create index idx_projects_updated_at on public.projects (updated_at desc);
create index idx_projects_user_id on public.projects (user_id);
alter table public.projects enable row level security;
alter table public.projects force row level security;

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  role public.message_role_enum not null,
  content jsonb not null,
  object_data jsonb,
  result_data jsonb,
  sequence_number int not null check (sequence_number >= 0),
  created_at timestamptz default now(),
  -- What save_message_and_update_project upserts on.
  unique (project_id, sequence_number)
);
create index idx_messages_created_at on public.messages (created_at desc);
create index idx_messages_project_id on public.messages (project_id);
create index idx_messages_sequence on public.messages (project_id, sequence_number);
alter table public.messages enable row level security;
alter table public.messages force row level security;

create table public.fragments (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  title text not null check (char_length(title) >= 1),
  description text,
  template text not null,
  code text not null,
  file_path text not null,
  additional_dependencies text[],
  has_additional_dependencies boolean default false,
  install_dependencies_command text,
  port int check (port is null or (port > 0 and port <= 65535)),
  is_public boolean default false,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index idx_fragments_project_id on public.fragments (project_id);
create index idx_fragments_public on public.fragments (is_public) where is_public = true;
create index idx_fragments_template on public.fragments (template);
create index idx_fragments_user_id on public.fragments (user_id);
alter table public.fragments enable row level security;
alter table public.fragments force row level security;

create table public.fragment_executions (
  id uuid primary key default gen_random_uuid(),
  fragment_id uuid not null references public.fragments (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  sandbox_id text,
  template text not null,
  status text default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'timeout')),
  execution_url text,
  stdout text,
  stderr text,
  runtime_error text,
  cell_results jsonb,
  execution_time_ms int check (execution_time_ms is null or execution_time_ms >= 0),
  started_at timestamptz default now(),
  completed_at timestamptz,
  metadata jsonb default '{}'
);
alter table public.fragment_executions enable row level security;
alter table public.fragment_executions force row level security;

create table public.workspace_files (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  path text not null check (char_length(path) >= 1),
  name text not null check (char_length(name) >= 1),
  content text not null default '',
  is_directory boolean default false,
  parent_path text,
  mime_type text,
  size_bytes bigint default 0 check (size_bytes >= 0),
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (user_id, path)
);
create index idx_workspace_files_created_at on public.workspace_files (created_at desc);
create index idx_workspace_files_parent_path on public.workspace_files (user_id, parent_path);
create index idx_workspace_files_path on public.workspace_files (user_id, path);
create index idx_workspace_files_project_id on public.workspace_files (project_id);
create index idx_workspace_files_user_id on public.workspace_files (user_id);
alter table public.workspace_files enable row level security;
alter table public.workspace_files force row level security;

create sequence public.code_embeddings_id_seq as bigint;

-- No fixed number of dimensions, since embeddings of two models live side by side; the approximate index is made when
-- there are rows to train it on.
create table public.code_embeddings (
  id bigint primary key default nextval('public.code_embeddings_id_seq'),
  content text not null check (char_length(content) >= 1),
  embedding halfvec,
  user_id uuid not null references auth.users (id) on delete cascade
);
alter sequence public.code_embeddings_id_seq owned by public.code_embeddings.id;
create index idx_code_embeddings_user_id on public.code_embeddings (user_id);
alter table public.code_embeddings enable row level security;
alter table public.code_embeddings force row level security;

create table public.file_uploads (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  file_name text not null check (char_length(file_name) >= 1),
  file_path text not null,
  file_size bigint check (file_size is null or file_size >= 0),
  mime_type text,
  bucket_name text not null,
  is_public boolean default false,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index idx_file_uploads_created_at on public.file_uploads (created_at desc);
create index idx_file_uploads_project_id on public.file_uploads (project_id);
create index idx_file_uploads_user_id on public.file_uploads (user_id);
alter table public.file_uploads enable row level security;
alter table public.file_uploads force row level security;
