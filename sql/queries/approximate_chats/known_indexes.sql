-- The approximate indexes of a generation's messages: those that searches may use, and where none was good enough.
select name, user_id, ef_search, rows_at_build, rows_at_check, extract(epoch from now() - checked_at)::float8
from public.chat_ann_indexes
where model_id = %(model_id)s
