-- What the caller's newest tasks are about, under the caller's own policies.
select task.id, left(task.prompt, %(most_characters)s) as text
from public.tasks as task
where task.user_id = (select auth.uid())
order by task.id desc
limit %(most)s
