-- How many chunks the planner believes there are; -1 when it was never told.
select reltuples from pg_class where oid = 'public.code_embeddings'::regclass
