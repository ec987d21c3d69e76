-- How fresh the caller's index of chats is: messages that wait and that failed; by the index of stale ones, since every
-- search asks it, and while a long history is embedded no more are counted than are worth knowing of.
select
  count(*) filter (where stale.error is null),
  count(*) filter (where stale.error is not null)
from (
  select error
  from public.chat_index_state
  where user_id = (select auth.uid())
    and model_id = %(model_id)s::smallint
    and indexed_hash is distinct from wanted_hash
  limit %(most_counted)s::int
) as stale
