-- Says for the rest of this session that a worker is at work on the generation; several may be.
select pg_advisory_lock_shared(%(lock_class)s, %(model_id)s)
