-- Takes away the keys that have had their day, of users who do not come back too.
delete from public.idempotency_keys as used
where used.expires_at <= now()
