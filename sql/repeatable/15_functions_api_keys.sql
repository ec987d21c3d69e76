-- Keys for programs: made here so that only the hash is ever stored, and looked up by it.

-- Makes a key of the caller's and returns it, the only time that it can be read. Two version 4 UUIDs carry 244 bits
-- from the server's strong random source, so no salt and no slow hash is needed.
create or replace function public.create_api_key(
  name text,
  permissions jsonb default '{}',
  expires_at timestamptz default null
) returns text
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    key constant text := 'cik_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  begin
    if auth.uid() is null then
      raise insufficient_privilege using message = 'a key belongs to a signed-in user';
    end if;
    insert into public.api_keys (user_id, name, key_hash, key_prefix, permissions, expires_at)
    values (
      auth.uid(),
      create_api_key.name,
      encode(sha256(convert_to(key, 'UTF8')), 'hex'),
      left(key, 12),
      coalesce(create_api_key.permissions, '{}'),
      create_api_key.expires_at
    );
    return key;
  end
  $$;

-- Whose key has this hash (sha256 of the key, in hex), unless it is switched off or has expired. Notes the use at most
-- once a minute, and never waits for another request that is noting it.
create or replace function public.authenticate_api_key(key_hash text)
  returns table (user_id uuid, permissions jsonb, id uuid)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  #variable_conflict use_column
  declare
    key_id uuid;
  begin
    select key.id into key_id
    from public.api_keys as key
    where key.key_hash = authenticate_api_key.key_hash
      and key.is_active
      and (key.expires_at is null or key.expires_at > now());
    if key_id is null then
      return;
    end if;
    if exists (
      select from public.api_keys as key
      where key.id = key_id
        and (key.last_used_at is null or key.last_used_at < now() - interval '1 minute')
    ) then
      update public.api_keys as key
      set last_used_at = now()
      where key.id = (
        select due.id from public.api_keys as due
        where due.id = key_id and (due.last_used_at is null or due.last_used_at < now() - interval '1 minute')
        for update skip locked
      );
    end if;
    return query
    select key.user_id, coalesce(key.permissions, '{}'), key.id
    from public.api_keys as key
    where key.id = key_id;
  end
  $$;
