-- How fresh the caller's index of chats is: messages that wait and that failed; by the index of stale ones, since every
-- search asks it.
select
  count(*) filter (where error is null),
  count(*) filter (where error is not null)
from public.chat_index_state
where user_id = (select auth.uid())
  and model_id = %(model_id)s::smallint
  and indexed_hash is distinct from wanted_hash
