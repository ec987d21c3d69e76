-- Chunks to ask for, spread over a user's code: what each is called and how it begins.
select chunk.symbol, left(chunk.content, 400)
from public.code_embeddings as chunk
where chunk.user_id = %(user_id)s and chunk.model_id = %(model_id)s
order by hashint8(chunk.id)
limit %(most)s
