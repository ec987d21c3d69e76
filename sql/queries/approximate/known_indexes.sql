-- The approximate indexes of a generation that searches may use.
select name, user_id, lists, probes, rows_at_build, rows_at_check, extract(epoch from now() - checked_at)::float8
from public.code_ann_indexes
where model_id = %(model_id)s
