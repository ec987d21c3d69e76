-- One of the caller's keys.
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
where key.id = %(key_id)s and key.user_id = (select auth.uid())
