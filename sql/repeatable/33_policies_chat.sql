-- Who sees and changes chat: sessions as projects are, messages and tags the session's user alone, threads their creator.

select codingit.ensure_policy(
  'public.chat_sessions', 'owners read their sessions', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.chat_sessions', 'members read the sessions of their team', 'select', 'authenticated',
  'team_id = any ((select codingit.member_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.chat_sessions', 'users add sessions, in a team if they are in it', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid())
    and (team_id is null or team_id = any ((select codingit.member_teams())::uuid[]))'
);
select codingit.ensure_policy(
  'public.chat_sessions', 'owners, and owners and admins of the team, change', 'update', 'authenticated',
  'user_id = (select auth.uid()) or team_id = any ((select codingit.managed_teams())::uuid[])',
  '(user_id = (select auth.uid()) and (team_id is null or team_id = any ((select codingit.member_teams())::uuid[])))
    or team_id = any ((select codingit.managed_teams())::uuid[])'
);
select codingit.ensure_policy(
  'public.chat_sessions', 'owners, and owners and admins of the team, remove', 'delete', 'authenticated',
  'user_id = (select auth.uid()) or team_id = any ((select codingit.managed_teams())::uuid[])'
);

-- The user is taken from the session before these are asked, so they also say whose session a message may join.
select codingit.ensure_owner_policies('public.chat_message_cache', 'chat messages', 'user_id');

select codingit.ensure_policy(
  'public.chat_session_tags', 'owners read the tags of their sessions', 'select', 'authenticated',
  'exists (
    select from public.chat_sessions as session
    where session.id = chat_session_tags.session_id and session.user_id = (select auth.uid())
  )'
);
select codingit.ensure_policy(
  'public.chat_session_tags', 'owners tag their sessions', 'insert', 'authenticated',
  null,
  'codingit.owns_session(session_id)'
);
select codingit.ensure_policy(
  'public.chat_session_tags', 'owners change the tags of their sessions', 'update', 'authenticated',
  'codingit.owns_session(session_id)',
  'codingit.owns_session(session_id)'
);
select codingit.ensure_policy(
  'public.chat_session_tags', 'owners remove the tags of their sessions', 'delete', 'authenticated',
  'codingit.owns_session(session_id)'
);

select codingit.ensure_policy(
  'public.chat_export_requests', 'users read their exports', 'select', 'authenticated', 'user_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.chat_export_requests', 'users ask for exports of their sessions', 'insert', 'authenticated',
  null,
  'user_id = (select auth.uid()) and codingit.owns_sessions(session_ids)'
);
select codingit.ensure_policy(
  'public.chat_export_requests', 'users change their exports', 'update', 'authenticated',
  'user_id = (select auth.uid())',
  'user_id = (select auth.uid()) and codingit.owns_sessions(session_ids)'
);
select codingit.ensure_policy(
  'public.chat_export_requests', 'users remove their exports', 'delete', 'authenticated', 'user_id = (select auth.uid())'
);

select codingit.ensure_owner_policies('public.conversation_threads', 'threads', 'created_by');

select codingit.ensure_policy(
  'public.thread_messages', 'senders read what they sent', 'select', 'authenticated', 'sender_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.thread_messages', 'creators read the messages of their threads', 'select', 'authenticated',
  'exists (
    select from public.conversation_threads as thread
    where thread.id = thread_messages.thread_id and thread.created_by = (select auth.uid())
  )'
);
select codingit.ensure_policy(
  'public.thread_messages', 'creators write to their threads', 'insert', 'authenticated',
  null,
  'sender_id = (select auth.uid()) and codingit.owns_thread(thread_id)'
);
-- Nobody puts words into another's mouth, in a thread of their own either.
select codingit.ensure_policy(
  'public.thread_messages', 'senders change what they sent', 'update', 'authenticated',
  'sender_id = (select auth.uid())',
  'sender_id = (select auth.uid())'
);
select codingit.ensure_policy(
  'public.thread_messages', 'senders and creators of the thread remove messages', 'delete', 'authenticated',
  'sender_id = (select auth.uid()) or codingit.owns_thread(thread_id)'
);

select codingit.ensure_policy(
  'public.thread_summaries', 'creators read the summaries of their threads', 'select', 'authenticated',
  'exists (
    select from public.conversation_threads as thread
    where thread.id = thread_summaries.thread_id and thread.created_by = (select auth.uid())
  )'
);
select codingit.ensure_policy(
  'public.thread_summaries', 'creators summarise their threads', 'insert', 'authenticated',
  null,
  'codingit.owns_thread(thread_id)
    and (last_message_id is null or codingit_internal.thread_holds_message(thread_id, last_message_id))'
);
select codingit.ensure_policy(
  'public.thread_summaries', 'creators change the summaries of their threads', 'update', 'authenticated',
  'codingit.owns_thread(thread_id)',
  'codingit.owns_thread(thread_id)
    and (last_message_id is null or codingit_internal.thread_holds_message(thread_id, last_message_id))'
);
select codingit.ensure_policy(
  'public.thread_summaries', 'creators remove the summaries of their threads', 'delete', 'authenticated',
  'codingit.owns_thread(thread_id)'
);
