-- Calls a task off.
update public.tasks as task
set status = 'error', cancelled_at = now()
where task.id = %(task_id)s and task.user_id = (select auth.uid())
