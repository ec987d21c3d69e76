-- Adds tags to a session that the caller has just made.
insert into public.chat_session_tags (session_id, tag)
select %(session_id)s, asked.tag
from unnest(%(tags)s::text[]) as asked (tag)
