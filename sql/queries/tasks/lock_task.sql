-- Keeps one of the caller's tasks as it is until the end of the transaction.
select task.id
from public.tasks as task
where task.id = %(task_id)s and task.user_id = (select auth.uid())
for update
