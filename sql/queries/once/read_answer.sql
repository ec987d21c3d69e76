-- What was answered under a key.
select used.request_hash, used.status, used.reply, used.location
from public.idempotency_keys as used
where used.user_id = (select auth.uid()) and used.key = %(key)s
