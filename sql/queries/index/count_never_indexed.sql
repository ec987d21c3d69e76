-- How many files of a generation were neither indexed nor tried yet: at zero it can take over.
select count(*)
from public.code_index_state
where model_id = %(model_id)s and indexed_hash is null and attempts = 0
