-- What the planner needs to take the right index for a search.

-- A term is looked up over all projects of a user; without this the trigram index answers, at ten times the cost.
create index code_terms_term on public.code_terms (user_id, model_id, term);

-- A project implies its user. A user does not imply a generation: with the two in one statistics object the planner held
-- the generation for given by the user, and read the rows of both while one is built beside the other.
drop statistics public.code_embeddings_scope_statistics;
create statistics public.code_embeddings_scope_statistics (ndistinct, dependencies)
  on user_id, project_id from public.code_embeddings;
