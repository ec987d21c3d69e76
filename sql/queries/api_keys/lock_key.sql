-- Keeps one of the caller's keys as it is until the end of the transaction, and says whether the moment given has passed.
select coalesce(%(expires_at)s::timestamptz <= now(), false)
from public.api_keys as key
where key.id = %(key_id)s and key.user_id = (select auth.uid())
for update
