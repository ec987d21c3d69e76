-- Keeps the answer with the key, in the transaction that makes what it speaks of.
update public.idempotency_keys as used
set status = %(status)s, reply = %(reply)s, location = %(location)s
where used.user_id = (select auth.uid()) and used.key = %(key)s
