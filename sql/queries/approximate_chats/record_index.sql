-- Lets searches use an index from now on, in the place of the one before it; or none, where ef_search is null.
insert into public.chat_ann_indexes as index (
  name, model_id, user_id, ef_search, rows_at_build, rows_at_check, recall
)
values (%(name)s, %(model_id)s, %(user_id)s, %(ef_search)s, %(rows)s, %(rows)s, %(recall)s)
on conflict (model_id, user_id) do update
  set
    name = excluded.name,
    ef_search = excluded.ef_search,
    rows_at_build = excluded.rows_at_build,
    rows_at_check = excluded.rows_at_check,
    recall = excluded.recall,
    built_at = now(),
    checked_at = now()
