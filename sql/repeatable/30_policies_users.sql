-- Who sees and changes what is kept about a user: that user. Nobody but the service writes what has been used.

select codingit.ensure_owner_policies('public.user_profiles', 'profile', 'user_id');
select codingit.ensure_owner_policies('public.user_preferences', 'preferences', 'user_id');
select codingit.ensure_owner_policies('public.user_security_settings', 'security settings', 'user_id');
select codingit.ensure_owner_policies('public.user_integrations', 'integrations', 'user_id');
select codingit.ensure_owner_policies('public.profiles', 'names', 'user_id');
select codingit.ensure_owner_policies('public.tasks', 'tasks', 'user_id');
select codingit.ensure_owner_policies('public.idempotency_keys', 'idempotency keys', 'user_id');

-- Keys are made by create_api_key, so there is no policy to insert.
select codingit.ensure_policy(
  'public.api_keys', 'owners read their keys', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.api_keys', 'owners change their keys', 'update', 'authenticated',
  'user_id = (select auth.uid())',
  'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.api_keys', 'owners remove their keys', 'delete', 'authenticated', 'user_id = (select auth.uid())'
);

select codingit.ensure_policy(
  'public.user_usage', 'users read their usage', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.user_usage', 'owners and admins read the usage of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.user_chat_analytics', 'users read their analytics', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
