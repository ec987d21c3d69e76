-- Keeps searches from using an index that is about to go.
delete from public.chat_ann_indexes
where name = %(name)s
