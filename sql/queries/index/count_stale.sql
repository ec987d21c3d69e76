-- How many files of a generation wait, those in backoff included.
select count(*)
from public.code_index_state
where model_id = %(model_id)s and indexed_hash is distinct from wanted_hash
