-- Frees the caller's keys that have had their day.
delete from public.idempotency_keys as used
where used.user_id = (select auth.uid()) and used.expires_at <= now()
