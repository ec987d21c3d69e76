-- Which trigger is on which table.

select codingit.ensure_trigger(
  format('public.%I', stamped.name)::regclass,
  'set_updated_at',
  'before update',
  'execute function public.update_updated_at_column()'
)
from unnest(array[
  'teams', 'team_members', 'users_teams', 'team_usage_limits', 'billing_info', 'user_profiles', 'user_preferences',
  'user_security_settings', 'user_integrations', 'user_chat_analytics', 'projects', 'fragments', 'workspace_files',
  'file_uploads', 'chat_sessions', 'conversation_threads', 'thread_messages', 'thread_summaries', 'tasks', 'workflows',
  'workflow_templates'
]) as stamped (name);
-- A key that is used is not changed.
select codingit.ensure_trigger(
  'public.api_keys',
  'set_updated_at',
  'before update',
  'when (old.last_used_at is not distinct from new.last_used_at) execute function public.update_updated_at_column()'
);

select codingit.ensure_trigger(
  format('public.%I', kept.on_table)::regclass,
  'keep_' || kept.name,
  'before update',
  format('when (old.%1$I is distinct from new.%1$I) execute function codingit.keep_owner()', kept.name)
)
from (values
  ('team_members', 'team_id'),
  ('team_members', 'user_id'),
  ('users_teams', 'team_id'),
  ('users_teams', 'user_id'),
  ('billing_info', 'team_id'),
  ('workflows', 'team_id'),
  ('user_profiles', 'user_id'),
  ('user_preferences', 'user_id'),
  ('user_security_settings', 'user_id'),
  ('user_integrations', 'user_id'),
  ('profiles', 'user_id'),
  ('api_keys', 'user_id'),
  ('projects', 'user_id'),
  ('fragments', 'user_id'),
  ('fragment_executions', 'user_id'),
  ('workspace_files', 'user_id'),
  ('code_embeddings', 'user_id'),
  ('file_uploads', 'user_id'),
  ('chat_sessions', 'user_id'),
  ('chat_export_requests', 'user_id'),
  ('conversation_threads', 'created_by'),
  ('thread_messages', 'sender_id'),
  ('thread_messages', 'thread_id'),
  ('thread_summaries', 'thread_id'),
  ('tasks', 'user_id'),
  ('workflow_templates', 'created_by'),
  ('workflow_executions', 'created_by')
) as kept (on_table, name);

select codingit.ensure_trigger(
  format('public.%I', kept.on_table)::regclass,
  'keep_container',
  'before update',
  format(
    'when (old.%1$I is distinct from new.%1$I) execute function codingit.keep_container(%2$L)',
    kept.container,
    kept.owner_column
  )
)
from (values
  ('projects', 'team_id', 'user_id'),
  ('chat_sessions', 'team_id', 'user_id'),
  ('fragments', 'project_id', 'user_id'),
  ('file_uploads', 'project_id', 'user_id'),
  ('workflow_executions', 'workflow_id', 'created_by')
) as kept (on_table, container, owner_column);

select codingit.ensure_trigger(
  'public.teams', 'own_created_team', 'after insert', 'execute function codingit.own_created_team()'
);
select codingit.ensure_trigger(
  'public.team_members',
  'keep_last_owner_leaving',
  'before delete',
  'when (old.role = ''owner'') execute function codingit.keep_last_owner()'
);
select codingit.ensure_trigger(
  'public.team_members',
  'keep_last_owner_demoted',
  'before update',
  'when (old.role = ''owner'' and new.role <> ''owner'') execute function codingit.keep_last_owner()'
);
select codingit.ensure_trigger(
  'public.chat_message_cache',
  'take_user_of_session',
  'before insert or update of session_id, user_id',
  'execute function codingit.take_user_of_session()'
);
select codingit.ensure_trigger(
  'public.chat_sessions',
  'hand_over_messages',
  'after update of user_id',
  'when (old.user_id is distinct from new.user_id) execute function codingit.hand_over_messages()'
);
select codingit.ensure_trigger(
  'public.api_keys',
  'revoke_made_keys',
  'after update of is_active',
  'when (old.is_active and new.is_active is not true) execute function codingit.revoke_made_keys()'
);
select codingit.ensure_trigger(
  'public.api_keys',
  'limit_expiry',
  'before update of expires_at',
  'when (old.expires_at is distinct from new.expires_at) execute function codingit.limit_expiry()'
);
select codingit.ensure_trigger(
  'public.api_keys',
  'shorten_made_keys',
  'after update of expires_at',
  'when (old.expires_at is distinct from new.expires_at) execute function codingit.shorten_made_keys()'
);
