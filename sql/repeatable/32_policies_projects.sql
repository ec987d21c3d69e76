-- Who sees and changes projects and what is in them: the owner; the team reads, its owners and admins write; what is
-- public anybody reads. Files and embeddings are their owner's alone, in a team's project too.

select codingit.ensure_policy(
  'public.projects', 'anybody reads public projects', 'select', 'anon, authenticated',
  'is_public and status is distinct from ''deleted'' and deleted_at is null'
);
select codingit.ensure_policy(
  'public.projects', 'owners read their projects', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.projects', 'members read the projects of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.projects', 'users add projects, in a team if they are in it', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid())
    and (team_id is null or team_id = any ((select codingit.member_teams())::uuid[]))'
);
select codingit.ensure_policy(
  'public.projects', 'owners, and owners and admins of the team, change', 'update', 'authenticated',
  'user_id = (select auth.uid()) or team_id = any ((select codingit.managed_teams())::uuid[])',
  '(user_id = (select auth.uid()) and (team_id is null or team_id = any ((select codingit.member_teams())::uuid[])))
    or team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.projects', 'owners, and owners and admins of the team, remove', 'delete', 'authenticated',
  'user_id = (select auth.uid()) or team_id = any ((select codingit.managed_teams())::uuid[])'
);

-- A subquery and not a function: the planner reads the caller's projects once when there are many messages.
select codingit.ensure_policy(
  'public.messages', 'owners and their team read the messages of projects', 'select', 'authenticated',
  'exists (
    select from public.projects as project
    where project.id = messages.project_id
      and (
        project.user_id = (select auth.uid())
        or project.team_id = any ((select codingit.member_teams())::uuid[])
      )
  )'
);
select codingit.ensure_policy(
  'public.messages', 'who writes a project adds its messages', 'insert', 'authenticated',
  null,
  'codingit.writes_project(project_id)'
);
select codingit.ensure_policy(
  'public.messages', 'who writes a project changes its messages', 'update', 'authenticated',
  'codingit.writes_project(project_id)',
  'codingit.writes_project(project_id)'
);
select codingit.ensure_policy(
  'public.messages', 'who writes a project removes its messages', 'delete', 'authenticated',
  'codingit.writes_project(project_id)'
);

-- Fragments and uploads have an owner of their own beside that of the project they may be in.
select codingit.ensure_policy(
  'public.fragments', 'anybody reads public fragments', 'select', 'anon, authenticated',
  'is_public and not codingit_internal.project_is_deleted(project_id)'
);
select
  codingit.ensure_policy(
    format('public.%I', thing.name)::regclass, 'owners read their ' || thing.words, 'select', 'authenticated',
    'user_id = (select auth.uid())'
  ),
  codingit.ensure_policy(
    format('public.%I', thing.name)::regclass, 'owners and their team read the ' || thing.words || ' of projects',
    'select', 'authenticated',
    format(
      'exists (
        select from public.projects as project
        where project.id = %I.project_id
          and (
            project.user_id = (select auth.uid())
            or project.team_id = any ((select codingit.member_teams())::uuid[])
          )
      )',
      thing.name
    )
  ),
  codingit.ensure_policy(
    format('public.%I', thing.name)::regclass, 'users add ' || thing.words || ', in a project if they write it',
    'insert', 'authenticated', null,
    'user_id = (select auth.uid()) and (project_id is null or codingit.writes_project(project_id))'
  ),
  codingit.ensure_policy(
    format('public.%I', thing.name)::regclass, 'owners, and who writes the project, change ' || thing.words,
    'update', 'authenticated',
    'user_id = (select auth.uid()) or codingit.writes_project(project_id)',
    '(user_id = (select auth.uid()) and project_id is null) or codingit.writes_project(project_id)'
  ),
  codingit.ensure_policy(
    format('public.%I', thing.name)::regclass, 'owners, and who writes the project, remove ' || thing.words,
    'delete', 'authenticated',
    'user_id = (select auth.uid()) or codingit.writes_project(project_id)'
  )
from (values ('fragments', 'fragments'), ('file_uploads', 'uploads')) as thing (name, words);

select codingit.ensure_policy(
  'public.fragment_executions', 'users read their executions', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.fragment_executions', 'users execute fragments that they write', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid()) and codingit.writes_fragment(fragment_id)'
);
select codingit.ensure_policy(
  'public.fragment_executions', 'users change their executions', 'update', 'authenticated',
  'user_id = (select auth.uid())',
  'user_id = (select auth.uid()) and codingit.writes_fragment(fragment_id)'
);
select codingit.ensure_policy(
  'public.fragment_executions', 'users remove their executions', 'delete', 'authenticated',
  'user_id = (select auth.uid())'
);

select codingit.ensure_policy(
  'public.workspace_files', 'owners read their files', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.workspace_files', 'owners add files, in a project if they write it', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid()) and (project_id is null or codingit.writes_project(project_id))'
);
select codingit.ensure_policy(
  'public.workspace_files', 'owners change their files', 'update', 'authenticated',
  'user_id = (select auth.uid())',
  'user_id = (select auth.uid()) and (project_id is null or codingit.writes_project(project_id))'
);
select codingit.ensure_policy(
  'public.workspace_files', 'owners remove their files', 'delete', 'authenticated', 'user_id = (select auth.uid())'
);

-- Chunks of files are the indexer's: one that is changed or missing would be found wrong or not at all, while the file's
-- hash says that it is indexed. They go with their file.
select codingit.ensure_policy(
  'public.code_embeddings', 'owners read their embeddings', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.code_embeddings', 'owners add embeddings', 'insert', 'authenticated', null,
  'user_id = (select auth.uid()) and file_id is null'
);
select codingit.ensure_policy(
  'public.code_embeddings', 'owners change embeddings that they added', 'update', 'authenticated',
  'user_id = (select auth.uid()) and file_id is null',
  'user_id = (select auth.uid()) and file_id is null'
);
select codingit.ensure_policy(
  'public.code_embeddings', 'owners remove embeddings that they added', 'delete', 'authenticated',
  'user_id = (select auth.uid()) and file_id is null'
);
