-- Adds tags to a session; those that it has stay.
insert into public.chat_session_tags (session_id, tag)
select %(session_id)s, asked.tag
from unnest(%(tags)s::text[]) as asked (tag)
on conflict (session_id, tag) do nothing
