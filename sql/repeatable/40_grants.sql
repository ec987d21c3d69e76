-- What each role may do at all, by name. Policies then say with which rows; where neither says anything, nobody may.

-- What the migrating role makes from now on is closed until it is granted (platforms open it by default).
alter default privileges in schema public revoke all on tables from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from public, anon, authenticated, service_role;

-- Signed-in requests call functions of `codingit`, which speak of the caller alone. Not usage on `codingit_internal` for
-- anybody: what it answers is asked by policies, never by a request.
grant usage on schema public to anon, authenticated, service_role;
revoke all on schema codingit from anon;
grant usage on schema codingit to authenticated, service_role;
revoke all on schema codingit_internal from anon, authenticated, service_role;

revoke all on
  public.teams, public.team_members, public.users_teams, public.team_usage_limits, public.billing_info,
  public.subscription_events, public.user_profiles, public.user_preferences, public.user_security_settings,
  public.user_integrations, public.profiles, public.api_keys, public.user_usage, public.user_chat_analytics,
  public.projects, public.messages, public.fragments, public.fragment_executions, public.workspace_files,
  public.code_embeddings, public.file_uploads, public.chat_sessions, public.chat_message_cache,
  public.chat_session_tags, public.chat_export_requests, public.conversation_threads, public.thread_messages,
  public.thread_summaries, public.tasks, public.workflows, public.workflow_templates, public.workflow_executions
from public, anon, authenticated, service_role;
revoke all on sequence public.code_embeddings_id_seq, public.profiles_id_seq, public.tasks_id_seq
from public, anon, authenticated, service_role;

grant select on public.projects, public.fragments, public.workflow_templates to anon;

grant select, insert, update, delete on
  public.team_members, public.users_teams, public.billing_info, public.user_profiles, public.user_preferences,
  public.user_security_settings, public.user_integrations, public.projects, public.messages, public.fragments,
  public.fragment_executions, public.workspace_files, public.file_uploads, public.chat_sessions,
  public.chat_message_cache, public.chat_session_tags, public.chat_export_requests, public.conversation_threads,
  public.thread_messages, public.thread_summaries, public.workflows, public.workflow_templates,
  public.workflow_executions
to authenticated;

grant select on
  public.team_usage_limits, public.subscription_events, public.user_usage, public.user_chat_analytics
to authenticated;

-- The plan, what is paid and until when are the service's to write.
grant select, insert (id, name, email), update (name, email), delete on public.teams to authenticated;

-- The hash of a key is nobody's to read, and a key is made by create_api_key.
grant
  select (
    id, user_id, name, key_prefix, permissions, last_used_at, expires_at, is_active, created_at, updated_at, made_by
  ),
  update (name, permissions, expires_at, is_active),
  delete
on public.api_keys to authenticated;

-- An id that can be guessed may not be chosen: the answer would tell whether somebody has it.
grant
  select, insert (user_id, first_name, last_name), update (user_id, first_name, last_name), delete
on public.profiles to authenticated;
grant
  select,
  insert (
    user_id, status, progress, prompt, repo_url, selected_agent, selected_model, sandbox_url, branch_name, logs,
    created_at, updated_at
  ),
  update (
    user_id, status, progress, prompt, repo_url, selected_agent, selected_model, sandbox_url, branch_name, logs,
    created_at, updated_at, cancelled_at
  ),
  delete
on public.tasks to authenticated;
-- How long a key is kept is not its user's to say.
revoke all on public.idempotency_keys from public, anon, authenticated, service_role;
grant
  select, insert (user_id, key, request_hash), update (status, reply, location), delete
on public.idempotency_keys to authenticated;
grant select, insert, update, delete on public.idempotency_keys to service_role;
-- The columns that the indexer fills are the indexer's.
grant
  select, insert (content, embedding, user_id), update (content, embedding, user_id), delete
on public.code_embeddings to authenticated;
grant usage on sequence public.code_embeddings_id_seq to authenticated;

grant select, insert, update, delete on
  public.teams, public.team_members, public.users_teams, public.team_usage_limits, public.billing_info,
  public.subscription_events, public.user_profiles, public.user_preferences, public.user_security_settings,
  public.user_integrations, public.profiles, public.api_keys, public.user_usage, public.user_chat_analytics,
  public.projects, public.messages, public.fragments, public.fragment_executions, public.workspace_files,
  public.code_embeddings, public.file_uploads, public.chat_sessions, public.chat_message_cache,
  public.chat_session_tags, public.chat_export_requests, public.conversation_threads, public.thread_messages,
  public.thread_summaries, public.tasks, public.workflows, public.workflow_templates, public.workflow_executions
to service_role;
grant usage, select on sequence public.code_embeddings_id_seq, public.profiles_id_seq, public.tasks_id_seq
to service_role;
