-- How many messages wait as long as there is no index of chats at all: all of the caller's, of which no more are counted
-- than are worth knowing of, since every search asks it.
select count(*), 0
from (
  select from public.chat_message_cache
  where user_id = (select auth.uid())
  limit %(most_counted)s::int
) as message
