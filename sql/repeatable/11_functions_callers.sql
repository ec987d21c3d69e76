-- Who is asking, and what is theirs: the questions that policies put.
--
-- Security definer, since a policy that reads a table under that table's own policies recurses without end. Each finds
-- the caller out by itself, so none can be asked about anybody else; those that answer for anybody stand in
-- `codingit_internal`, on which no request's role has usage. `search_path = pg_catalog, pg_temp` throughout: whatever is
-- not in pg_catalog is named with its schema, which holds wherever a platform keeps its extensions; and pg_temp is
-- searched first for types where it is not named, so that a caller's domain would run its check as the owner.

-- Whether the caller is one whom row level security does not bind (service_role, the owner). Asks for the role that was
-- set and not for current_user, which inside a security definer function is the function's owner; and not for the
-- claims, which are the request's to choose.
create or replace function codingit.is_service() returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from pg_catalog.pg_roles as role
      where role.rolname = coalesce(
          nullif(pg_catalog.current_setting('role'), 'none')::name, session_user
        )
        and (role.rolbypassrls or role.rolsuper)
    )
  $$;

-- A token outlives its user.
create or replace function codingit.user_exists(user_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (select from auth.users where users.id = $1)
  $$;

create or replace function codingit.member_teams() returns uuid[]
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid()
  $$;

create or replace function codingit.managed_teams() returns uuid[]
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid() and member.role in ('owner', 'admin')
  $$;

create or replace function codingit.owned_teams() returns uuid[]
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(array_agg(member.team_id), '{}')
    from public.team_members as member
    where member.user_id = auth.uid() and member.role = 'owner'
  $$;

create or replace function codingit_internal.team_has_member(team_id uuid, user_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (select from public.team_members as member where member.team_id = $1 and member.user_id = $2)
  $$;

-- Tells the row that is being inserted from all that are stored.
create or replace function codingit_internal.team_is_stored(team_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (select from public.teams as team where team.id = $1)
  $$;

-- The project's owner, and the owner and admins of its team.
create or replace function codingit.writes_project(project_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.projects as project
      where project.id = $1
        and (
          project.user_id = auth.uid()
          or exists (
            select from public.team_members as member
            where member.team_id = project.team_id
              and member.user_id = auth.uid()
              and member.role in ('owner', 'admin')
          )
        )
    )
  $$;

create or replace function codingit_internal.project_is_deleted(project_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.projects as project
      where project.id = $1 and (project.status = 'deleted' or project.deleted_at is not null)
    )
  $$;

-- The fragment's owner, and whoever writes the project it is in.
create or replace function codingit.writes_fragment(fragment_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.fragments as fragment
      where fragment.id = $1
        and (fragment.user_id = auth.uid() or codingit.writes_project(fragment.project_id))
    )
  $$;

create or replace function codingit.owns_session(session_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.chat_sessions as session where session.id = $1 and session.user_id = auth.uid()
    )
  $$;

create or replace function codingit.owns_sessions(session_ids uuid[]) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(bool_and(codingit.owns_session(asked.id)), true) from unnest($1) as asked (id)
  $$;

create or replace function codingit.owns_thread(thread_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.conversation_threads as thread where thread.id = $1 and thread.created_by = auth.uid()
    )
  $$;

create or replace function codingit_internal.thread_holds_message(thread_id uuid, message_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.thread_messages as message where message.id = $2 and message.thread_id = $1
    )
  $$;

-- A member of the workflow's team may run it.
create or replace function codingit.runs_workflow(workflow_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.workflows as workflow
      join public.team_members as member on member.team_id = workflow.team_id
      where workflow.id = $1 and member.user_id = auth.uid()
    )
  $$;

create or replace function codingit.manages_workflow(workflow_id uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.workflows as workflow
      join public.team_members as member on member.team_id = workflow.team_id
      where workflow.id = $1 and member.user_id = auth.uid() and member.role in ('owner', 'admin')
    )
  $$;

-- The one refusal, in the same words for what is another's and for what does not exist.
create or replace function codingit.refuse(what text) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    raise insufficient_privilege using message = what || ' does not exist, or is not yours';
  end
  $$;
