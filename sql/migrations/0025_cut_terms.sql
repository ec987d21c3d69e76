-- Terms that were cut at 64 characters: what a fragment of a longer name may stand in (54_search_code_exactly.sql).
create index code_terms_cut on public.code_terms (user_id, model_id) where char_length(term) = 64;
