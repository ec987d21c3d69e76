-- The generation that searches use.
select id, name, revision, dimensions, chunker_version
from public.embedding_models
where active
