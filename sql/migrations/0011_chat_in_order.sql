-- A session's messages in the order in which they were said, read from either end or from any message on.

set local search_path = public, extensions, pg_temp;

create index idx_chat_message_cache_session_order on public.chat_message_cache (session_id, created_at, id);
