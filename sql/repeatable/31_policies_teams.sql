-- Who sees and changes teams: members read, owners and admins write, and only owners make owners.

select codingit.ensure_policy(
  'public.teams', 'members read their teams', 'select', 'authenticated',
  'id = any ((select codingit.member_teams())::uuid[])'
);
-- `insert ... returning` asks the policies for select before the row is stored, and so before its creator is a member.
-- A row that can be read is stored, so this shows none; `created_at = now()` keeps the question from being put for each.
select codingit.ensure_policy(
  'public.teams', 'creators see the team that they are creating', 'select', 'authenticated',
  'created_at = now() and not codingit_internal.team_is_stored(id)'
);
select codingit.ensure_policy(
  'public.teams', 'signed-in users create teams', 'insert', 'authenticated', null, '(select auth.uid()) is not null'
);
select codingit.ensure_policy(
  'public.teams', 'owners and admins change their teams', 'update', 'authenticated',
  'id = any ((select codingit.managed_teams())::uuid[])',
  'id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.teams', 'owners remove their teams', 'delete', 'authenticated',
  'id = any ((select codingit.owned_teams())::uuid[])'
);

select codingit.ensure_policy(
  'public.team_members', 'members see who is in their teams', 'select', 'authenticated',
  'team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.team_members', 'owners add anybody, admins all but owners', 'insert', 'authenticated',
  null,
  'team_id = any ((select codingit.owned_teams())::uuid[])
    or (team_id = any ((select codingit.managed_teams())::uuid[]) and role <> ''owner'')'
);
select codingit.ensure_policy(
  'public.team_members', 'owners change anybody, admins all but owners', 'update', 'authenticated',
  'team_id = any ((select codingit.owned_teams())::uuid[])
    or (team_id = any ((select codingit.managed_teams())::uuid[]) and role <> ''owner'')',
  'team_id = any ((select codingit.owned_teams())::uuid[])
    or (team_id = any ((select codingit.managed_teams())::uuid[]) and role <> ''owner'')'
);
select codingit.ensure_policy(
  'public.team_members', 'owners remove anybody, admins all but owners', 'delete', 'authenticated',
  'team_id = any ((select codingit.owned_teams())::uuid[])
    or (team_id = any ((select codingit.managed_teams())::uuid[]) and role <> ''owner'')'
);
select codingit.ensure_policy(
  'public.team_members', 'members leave', 'delete', 'authenticated', 'user_id = (select auth.uid())'
);

select codingit.ensure_policy(
  'public.users_teams', 'users read their list of teams', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.users_teams', 'members read the lists that name their team', 'select', 'authenticated',
  'team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.users_teams', 'users list the teams that they are in', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid()) and team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.users_teams', 'owners and admins list their team for its members', 'insert', 'authenticated',
  null,
  'team_id = any ((select codingit.managed_teams())::uuid[])
    and codingit_internal.team_has_member(team_id, user_id)
    and is_default is not true'
);
-- Which team is the default decides where a user's next project goes and who reads it: the user's own choice. So nobody
-- but the user changes an entry, and one that a team makes is no default.
select codingit.ensure_policy(
  'public.users_teams', 'users change their list', 'update', 'authenticated',
  'user_id = (select auth.uid())',
  'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.users_teams', 'users, owners and admins shorten the list', 'delete', 'authenticated',
  'user_id = (select auth.uid()) or team_id = any ((select codingit.managed_teams())::uuid[])'
);

-- The limits are set by initialize_team_usage_limits, and counted by increment_usage and the service.
select codingit.ensure_policy(
  'public.team_usage_limits', 'owners and admins read the limits of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.subscription_events', 'owners and admins read the events of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.billing_info', 'owners and admins read the billing of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.billing_info', 'owners and admins add the billing of their team', 'insert', 'authenticated',
  null,
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.billing_info', 'owners and admins change the billing of their team', 'update', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.billing_info', 'owners and admins remove the billing of their team', 'delete', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
