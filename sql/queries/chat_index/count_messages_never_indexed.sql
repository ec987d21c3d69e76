-- How many messages of a generation were neither embedded nor tried yet: at zero it can take over.
select count(*)
from public.chat_index_state
where model_id = %(model_id)s and indexed_hash is null and attempts = 0
