-- The ranker reads the names of every candidate, and outside of the row each costs a look into another table. A long list of
-- names is compressed, and moves out only where the row would not fit a page. Rows take this up as they are written again.
alter table public.code_embeddings alter column defines set storage main;
