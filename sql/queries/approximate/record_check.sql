-- Notes what a comparison with exact results found, and the probes that searches should use from now on.
update public.code_ann_indexes
set probes = %(probes)s, recall = %(recall)s, rows_at_check = %(rows)s, checked_at = now()
where name = %(name)s
