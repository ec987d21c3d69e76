-- Which function each role may call. A function is born callable by everybody: here all of ours are closed, then
-- opened by name. Files that sort behind this one close and open their own.

revoke all on all functions in schema codingit, codingit_internal from public, anon, authenticated, service_role;
revoke all on function
  public.update_updated_at_column(),
  public.save_message_and_update_project(uuid, text, jsonb, jsonb, jsonb, int),
  public.can_use_feature(text, uuid, uuid),
  public.increment_usage(text, uuid, uuid),
  public.initialize_team_usage_limits(uuid),
  public.soft_delete_project(uuid),
  public.search_user_messages(text, uuid),
  public.get_user_chat_summary(uuid),
  public.create_api_key(text, jsonb, timestamptz),
  public.authenticate_api_key(text)
from public, anon, authenticated, service_role;

grant execute on function
  public.save_message_and_update_project(uuid, text, jsonb, jsonb, jsonb, int),
  public.can_use_feature(text, uuid, uuid),
  public.increment_usage(text, uuid, uuid),
  public.initialize_team_usage_limits(uuid),
  public.soft_delete_project(uuid),
  public.search_user_messages(text, uuid),
  public.get_user_chat_summary(uuid)
to authenticated, service_role;
grant execute on function public.create_api_key(text, jsonb, timestamptz) to authenticated;
grant execute on function public.authenticate_api_key(text) to service_role;

-- Policies and generated columns call these as whoever asks.
grant execute on function
  codingit.member_teams(),
  codingit.managed_teams(),
  codingit.owned_teams(),
  codingit_internal.team_has_member(uuid, uuid),
  codingit_internal.team_is_stored(uuid),
  codingit.writes_project(uuid),
  codingit.writes_fragment(uuid),
  codingit.owns_session(uuid),
  codingit.owns_sessions(uuid[]),
  codingit.owns_thread(uuid),
  codingit_internal.thread_holds_message(uuid, uuid),
  codingit.runs_workflow(uuid),
  codingit.manages_workflow(uuid)
to authenticated;
grant execute on function codingit_internal.project_is_deleted(uuid) to anon, authenticated;
grant execute on function codingit.english_words(text) to authenticated, service_role;
grant execute on function codingit.user_exists(uuid) to service_role;
