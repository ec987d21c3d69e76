-- A page of a project's messages in their order.
select
  message.id,
  message.sequence_number,
  message.role,
  message.content,
  message.object_data,
  message.result_data,
  message.created_at
from public.messages as message
where message.project_id = %(project_id)s
  and (%(after)s::int is null or message.sequence_number > %(after)s)
order by message.sequence_number
limit %(most)s
