-- What is null stays as it is, and log entries come after those that are there.
update public.tasks as task
set
  status = coalesce(%(status)s::public.task_status_enum, task.status),
  progress = coalesce(%(progress)s, task.progress),
  sandbox_url = coalesce(%(sandbox_url)s, task.sandbox_url),
  branch_name = coalesce(%(branch_name)s, task.branch_name),
  logs = coalesce(task.logs, '[]') || %(logs)s
where task.id = %(task_id)s and task.user_id = (select auth.uid())
