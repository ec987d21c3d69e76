-- Frees a key of the caller's that has had its day; the worker clears away those that nobody asks for again.
delete from public.idempotency_keys as used
where used.user_id = (select auth.uid()) and used.key = %(key)s and used.expires_at <= now()
