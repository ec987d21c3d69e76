-- Writes the given columns of a key, null too.
update public.api_keys as key
set
  name = case when 'name' = any (%(given)s) then %(name)s else key.name end,
  expires_at = case when 'expires_at' = any (%(given)s) then %(expires_at)s else key.expires_at end
where key.id = %(key_id)s and key.user_id = (select auth.uid())
