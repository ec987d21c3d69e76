-- A new key, which can be read here and never again.
select public.create_api_key(%(name)s, %(permissions)s, %(expires_at)s)
