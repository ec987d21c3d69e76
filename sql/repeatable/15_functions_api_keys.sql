-- Keys for programs: made here so that only the hash is ever stored, and looked up by it.

-- Makes a key of the caller's and returns it, the only time that it can be read. Two version 4 UUIDs carry 244 bits
-- from the server's strong random source, so no salt and no slow hash is needed.
--
-- A caller who came in by a key (the claim `api_key_id`) makes none that may do more than that key or that outlives it,
-- and none at all once it is revoked: this is asked here, under a lock, and not of what the request remembers of its key.
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
    wanted constant jsonb := coalesce(create_api_key.permissions, '{}');
    maker_id constant uuid := (auth.jwt() ->> 'api_key_id')::uuid;
    maker public.api_keys;
  begin
    if auth.uid() is null then
      raise insufficient_privilege using message = 'a key belongs to a signed-in user';
    end if;
    if create_api_key.expires_at <= now() then
      raise check_violation using message = 'a key expires in the future';
    end if;
    if maker_id is not null then
      select * into maker
      from public.api_keys as asking
      where asking.id = maker_id
        and asking.user_id = auth.uid()
        and asking.is_active
        and (asking.expires_at is null or asking.expires_at > now())
      for share;
      if not found then
        raise sqlstate 'CI002' using message = 'The API key that asks has been revoked or has expired.';
      end if;
      if not codingit.permissions_within(wanted, coalesce(maker.permissions, '{}')) then
        raise sqlstate 'CI002' using message = 'The new key would have scopes that the API key that asks has not.';
      end if;
      if maker.expires_at is not null and (create_api_key.expires_at is null or create_api_key.expires_at > maker.expires_at)
      then
        raise sqlstate 'CI002' using message = 'The new key would outlive the API key that asks.';
      end if;
    end if;
    insert into public.api_keys (user_id, name, key_hash, key_prefix, permissions, expires_at, made_by)
    values (
      auth.uid(),
      create_api_key.name,
      encode(sha256(convert_to(key, 'UTF8')), 'hex'),
      left(key, 12),
      wanted,
      create_api_key.expires_at,
      maker_id
    );
    return key;
  end
  $$;

-- `{}` allows everything, `{"scopes": [...]}` what is listed, and anything else nothing.
create or replace function codingit.permissions_within(inner_permissions jsonb, outer_permissions jsonb) returns boolean
  language sql immutable
  set search_path = pg_catalog, pg_temp
  return case
    when outer_permissions = '{}' then true
    when jsonb_typeof(inner_permissions -> 'scopes') = 'array' and jsonb_typeof(outer_permissions -> 'scopes') = 'array'
      then outer_permissions -> 'scopes' @> (inner_permissions -> 'scopes')
    else false
  end;

-- As the one who revokes: keys that a key made are of the same user.
create or replace function codingit.revoke_made_keys() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    update public.api_keys as made set is_active = false where made.made_by = new.id and made.is_active;
    return null;
  end
  $$;

-- A key may end sooner; to let it last longer is for its user, who signs in for that, and never past the key that made it.
-- Otherwise whoever holds a key for an hour would hold it for good.
create or replace function codingit.limit_expiry() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    maker public.api_keys.expires_at%type;
  begin
    if coalesce(new.expires_at, 'infinity') <= coalesce(old.expires_at, 'infinity') then
      return new;
    end if;
    if auth.jwt() ->> 'api_key_id' is not null then
      raise sqlstate 'CI002' using message = 'A caller with an API key lets no key last longer.';
    end if;
    select made_by.expires_at into maker
    from public.api_keys as made_by
    where made_by.id = new.made_by
    for share;
    if coalesce(new.expires_at, 'infinity') > coalesce(maker, 'infinity') then
      raise sqlstate 'CI002' using message = 'The key would outlive the API key that made it.';
    end if;
    return new;
  end
  $$;

-- As the one who changes, as above.
create or replace function codingit.shorten_made_keys() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    update public.api_keys as made
    set expires_at = new.expires_at
    where made.made_by = new.id and coalesce(made.expires_at, 'infinity') > new.expires_at;
    return null;
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
