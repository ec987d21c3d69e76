-- The log entries of one of the caller's tasks from a position on, and how many there are. What some client has put in
-- their place, and is no list, counts as one entry.
select
  array(
    select entry.value
    from jsonb_array_elements(logs.entries) with ordinality as entry (value, position)
    where entry.position > %(after)s
    order by entry.position
    limit %(most)s
  ),
  jsonb_array_length(logs.entries)
from public.tasks as task
cross join lateral (
  select case
    when task.logs is null then '[]'
    when jsonb_typeof(task.logs) = 'array' then task.logs
    else jsonb_build_array(task.logs)
  end
) as logs (entries)
where task.id = %(task_id)s and task.user_id = (select auth.uid())
