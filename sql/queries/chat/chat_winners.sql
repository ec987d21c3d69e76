-- The messages that a reply shows, read under the caller's own policies. Of a long message only the beginning is read, and
-- marked by the parser: `marked` is that part with each word of the query between the two marks.
select
  message.id,
  message.message_id,
  message.session_id,
  session.session_id as session_key,
  coalesce(session.title, 'Untitled Session') as session_title,
  message.role,
  message.model,
  message.created_at,
  left(message.content, %(most_read)s::int) as content,
  case when %(words)s::text is not null then
    ts_headline(
      'pg_catalog.english',
      left(message.content, %(most_marked)s::int),
      websearch_to_tsquery('pg_catalog.english', %(words)s::text),
      'HighlightAll=true, StartSel=' || %(start_mark)s::text || ', StopSel=' || %(stop_mark)s::text
    )
  end as marked
from public.chat_message_cache as message
join public.chat_sessions as session on session.id = message.session_id
where message.id = any (%(message_ids)s::uuid[])
  and session.status is distinct from 'deleted'
