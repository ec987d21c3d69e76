-- Vectors that were made of the same texts for the same user: a renamed or copied file is not encoded again.
select distinct on (asked.user_id, asked.text_hash) asked.user_id, asked.text_hash, chunk.text_embedding
from unnest(%(user_ids)s::uuid[], %(text_hashes)s::bytea[]) as asked (user_id, text_hash)
join public.code_embeddings as chunk
  on chunk.user_id = asked.user_id
  and chunk.model_id = %(model_id)s
  and chunk.text_hash = asked.text_hash
