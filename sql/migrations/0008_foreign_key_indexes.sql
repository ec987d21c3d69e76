-- Foreign keys that the published indexes leave to a sequential scan: every policy, and every cascade of a deleted user,
-- team, fragment or thread, looks rows up by these.

create index idx_users_teams_team_id on public.users_teams (team_id);
create index idx_subscription_events_team_id on public.subscription_events (team_id);
create index idx_profiles_user_id on public.profiles (user_id);
create index idx_user_usage_team_id on public.user_usage (team_id);
create index idx_fragment_executions_fragment_id on public.fragment_executions (fragment_id);
create index idx_fragment_executions_user_id on public.fragment_executions (user_id);
create index idx_chat_export_requests_user_id on public.chat_export_requests (user_id);
create index idx_conversation_threads_created_by on public.conversation_threads (created_by);
create index idx_thread_messages_thread_id on public.thread_messages (thread_id);
create index idx_thread_messages_sender_id on public.thread_messages (sender_id);
create index idx_thread_summaries_thread_id on public.thread_summaries (thread_id);
create index idx_thread_summaries_last_message_id on public.thread_summaries (last_message_id);
create index idx_workflows_team_id on public.workflows (team_id);
create index idx_workflow_templates_created_by on public.workflow_templates (created_by);
create index idx_workflow_executions_workflow_id on public.workflow_executions (workflow_id);
create index idx_workflow_executions_created_by on public.workflow_executions (created_by);
-- Anonymous visitors list what is public without reading what is not.
create index idx_projects_public on public.projects (updated_at desc) where is_public = true;
create index idx_workflow_templates_public on public.workflow_templates (category) where is_public = true;
-- The policy that lets a new team's creator see the row being returned asks for it; see 31_policies_teams.
create index idx_teams_created_at on public.teams (created_at);
