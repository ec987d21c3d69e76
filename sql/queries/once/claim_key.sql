-- Takes a key for this transaction; no row when it has been used. While another transaction holds it, this waits for what
-- becomes of that one.
insert into public.idempotency_keys (user_id, key, request_hash)
values ((select auth.uid()), %(key)s, %(request_hash)s)
on conflict (user_id, key) do nothing
returning key
