-- Removes one of the caller's tasks with its logs.
delete from public.tasks as task
where task.id = %(task_id)s and task.user_id = (select auth.uid())
