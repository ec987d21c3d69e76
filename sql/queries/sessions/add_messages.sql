-- New messages of a session in the given order, but for those that it knows by their id. Those without a time were said
-- now, a microsecond after each other so that they keep their order; writing one takes longer than that.
with given as (
  select asked.*
  from rows from (
    jsonb_to_recordset(%(messages)s) as (
      message_id text,
      role text,
      kind text,
      content text,
      model text,
      template text,
      token_count int,
      execution_time_ms int,
      created_at timestamptz
    )
  ) with ordinality as asked (
    message_id, role, kind, content, model, template, token_count, execution_time_ms, created_at, position
  )
  where not exists (
    select from public.chat_message_cache as known
    where known.session_id = %(session_id)s and known.message_id = asked.message_id
  )
),
started as materialized (
  select clock_timestamp() as moment
),
added as (
  insert into public.chat_message_cache (
    session_id, message_id, role, kind, content, model, template, token_count, execution_time_ms, created_at
  )
  select
    %(session_id)s,
    coalesce(given.message_id, gen_random_uuid()::text),
    given.role,
    given.kind,
    given.content,
    given.model,
    given.template,
    given.token_count,
    given.execution_time_ms,
    coalesce(given.created_at, started.moment + given.position * interval '1 microsecond')
  from given
  cross join started
  order by given.position
  returning id, message_id, token_count, created_at
),
counted as (
  update public.chat_sessions as session
  set
    message_count = coalesce(session.message_count, 0) + sums.messages,
    total_tokens = least(coalesce(session.total_tokens, 0)::bigint + sums.tokens, 2147483647),
    last_activity = greatest(session.last_activity, least(sums.last, clock_timestamp()))
  from (
    select count(*) as messages, coalesce(sum(added.token_count), 0) as tokens, max(added.created_at) as last
    from added
  ) as sums
  where session.id = %(session_id)s and sums.messages > 0
)
select added.id, added.message_id
from added
