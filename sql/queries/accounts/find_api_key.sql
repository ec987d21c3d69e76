-- Whose API key has this hash, and what it may do; notes the use.
select user_id, permissions, id
from public.authenticate_api_key(%(key_hash)s)
