-- Switches a key off for good, and with it the keys that it made; the rows stay, so that one can see what there was.
update public.api_keys as key
set is_active = false
where key.id = %(key_id)s and key.user_id = (select auth.uid())
returning key.id
