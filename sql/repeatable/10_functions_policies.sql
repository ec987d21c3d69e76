-- How a policy is put in place without locking a table whose policy is the same already.

-- `create policy` takes an exclusive lock, and a migration takes it on every table at once: under traffic that waits for
-- the slowest reader and deadlocks with others. So a policy is made only when its definition, or what the catalogue holds
-- of it, is not what was made last time. The fingerprint is kept in the policy's comment.
create or replace function codingit.ensure_policy(
  on_table regclass,
  sentence text,
  command text,
  to_roles text,
  using_rows text default null,
  check_rows text default null
) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    definition constant text := concat_ws(
      ' ',
      format('create policy %I on %s for %s to %s', sentence, on_table, command, to_roles),
      'using (' || using_rows || ')',
      'with check (' || check_rows || ')'
    );
    kept text;
  begin
    if octet_length(sentence) > 63 then
      raise exception 'the name of a policy has at most 63 bytes: %', sentence;
    end if;
    select obj_description(policy.oid, 'pg_policy') into kept
    from pg_policy as policy
    where policy.polrelid = on_table and policy.polname = sentence;
    if kept = codingit.policy_fingerprint(on_table, sentence, definition) then
      return;
    end if;
    execute format('drop policy if exists %I on %s', sentence, on_table);
    execute definition;
    execute format(
      'comment on policy %I on %s is %L', sentence, on_table, codingit.policy_fingerprint(on_table, sentence, definition)
    );
  end
  $$;

-- Null where there is no such policy. Changes when somebody alters the policy by hand.
create or replace function codingit.policy_fingerprint(on_table regclass, sentence text, definition text) returns text
  language sql stable
  set search_path = pg_catalog, pg_temp
  as $$
    select md5(concat_ws(
      chr(10),
      definition,
      policy.polcmd,
      policy.polroles::text,
      pg_get_expr(policy.polqual, policy.polrelid),
      pg_get_expr(policy.polwithcheck, policy.polrelid)
    ))
    from pg_policy as policy
    where policy.polrelid = on_table and policy.polname = sentence
  $$;

-- The commonest four: rows of one user, whom a column names.
create or replace function codingit.ensure_owner_policies(on_table regclass, things text, owner_column text) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
  declare
    theirs constant text := format('%I = (select auth.uid())', owner_column);
  begin
    perform codingit.ensure_policy(on_table, 'owners read their ' || things, 'select', 'authenticated', theirs);
    perform codingit.ensure_policy(on_table, 'owners add their ' || things, 'insert', 'authenticated', null, theirs);
    perform codingit.ensure_policy(on_table, 'owners change their ' || things, 'update', 'authenticated', theirs, theirs);
    perform codingit.ensure_policy(on_table, 'owners remove their ' || things, 'delete', 'authenticated', theirs);
  end
  $$;

revoke all on function codingit.ensure_policy(regclass, text, text, text, text, text) from public;
revoke all on function codingit.policy_fingerprint(regclass, text, text) from public;
revoke all on function codingit.ensure_owner_policies(regclass, text, text) from public;
