-- The key that this transaction has made: its hash is nobody's to read, its beginning and its moment are.
select
  key.id,
  key.name,
  key.key_prefix,
  key.permissions,
  key.made_by,
  coalesce(key.is_active, false),
  key.last_used_at,
  -- Some say by infinity that a key has no end.
  nullif(key.expires_at, 'infinity'),
  key.created_at,
  key.updated_at
from public.api_keys as key
where key.user_id = (select auth.uid()) and key.key_prefix = left(%(key)s, 12) and key.created_at = now()
