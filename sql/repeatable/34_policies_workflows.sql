-- Who sees and changes workflows: the team reads and runs them, its owners and admins write them; templates are their
-- creator's, and anybody's to read when public.

select codingit.ensure_policy(
  'public.workflows', 'members read the workflows of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.workflows', 'owners and admins add workflows to their team', 'insert', 'authenticated',
  null,
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.workflows', 'owners and admins change workflows of their team', 'update', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.workflows', 'owners and admins remove workflows of their team', 'delete', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);

select codingit.ensure_policy(
  'public.workflow_templates', 'anybody reads public templates', 'select', 'anon, authenticated', 'is_public'
);
select codingit.ensure_owner_policies('public.workflow_templates', 'templates', 'created_by');

select codingit.ensure_policy(
  'public.workflow_executions', 'users read the executions that they started', 'select', 'authenticated',
  'created_by = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.workflow_executions', 'members read the executions of their team', 'select', 'authenticated',
  'exists (
    select from public.workflows as workflow
    where workflow.id = workflow_executions.workflow_id
      and workflow.team_id = any ((select codingit.member_teams())::uuid[])
  )'
);
select codingit.ensure_policy(
  'public.workflow_executions', 'members run the workflows of their team', 'insert', 'authenticated',
  null,
  'created_by = (select auth.uid()) and codingit.runs_workflow(workflow_id)'
);
select codingit.ensure_policy(
  'public.workflow_executions', 'who started it, owners and admins change executions', 'update', 'authenticated',
  'created_by = (select auth.uid()) or codingit.manages_workflow(workflow_id)',
  '(created_by = (select auth.uid()) and codingit.runs_workflow(workflow_id))
    or codingit.manages_workflow(workflow_id)'
);
select codingit.ensure_policy(
  'public.workflow_executions', 'who started it, owners and admins remove executions', 'delete', 'authenticated',
  'created_by = (select auth.uid()) or codingit.manages_workflow(workflow_id)'
);
