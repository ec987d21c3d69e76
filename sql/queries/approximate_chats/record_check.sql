-- Notes what a comparison with exact results found, and how widely searches should look from now on.
update public.chat_ann_indexes
set ef_search = %(ef_search)s, recall = %(recall)s, rows_at_check = %(rows)s, checked_at = now()
where name = %(name)s
