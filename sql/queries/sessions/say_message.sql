-- A new message at the end of a session, which counts it.
with said as (
  insert into public.chat_message_cache (
    session_id, message_id, role, kind, content, model, template, token_count, execution_time_ms, created_at
  )
  values (
    %(session_id)s,
    coalesce(%(message_id)s, gen_random_uuid()::text),
    %(role)s,
    %(kind)s,
    %(content)s,
    %(model)s,
    %(template)s,
    %(token_count)s,
    %(execution_time_ms)s,
    -- Not the start of the transaction: several messages of one keep their order.
    clock_timestamp()
  )
  returning id, message_id, role, kind, content, model, template, token_count, execution_time_ms, created_at
),
counted as (
  update public.chat_sessions as session
  set
    message_count = coalesce(session.message_count, 0) + 1,
    total_tokens = least(coalesce(session.total_tokens, 0)::bigint + coalesce(%(token_count)s, 0), 2147483647),
    last_activity = clock_timestamp()
  where session.id = %(session_id)s
)
select
  said.id,
  said.message_id,
  said.role,
  said.kind,
  said.content,
  said.model,
  said.template,
  said.token_count,
  said.execution_time_ms,
  said.created_at
from said
