-- The caller's keys, the newest first, those that were revoked too.
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
where key.user_id = (select auth.uid())
  and (
    %(last_id)s::uuid is null
    or (coalesce(key.created_at, 'epoch'), key.id) < (coalesce(%(moment)s::timestamptz, 'epoch'), %(last_id)s::uuid)
  )
order by coalesce(key.created_at, 'epoch') desc, key.id desc
limit %(most)s
