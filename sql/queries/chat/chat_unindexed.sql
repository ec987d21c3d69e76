-- How many messages wait as long as there is no index of chats at all: all of the caller's.
select count(*), 0
from public.chat_message_cache
where user_id = (select auth.uid())
