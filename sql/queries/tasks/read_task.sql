-- One of the caller's tasks with its logs.
select
  task.id,
  task.status,
  task.progress,
  task.prompt,
  task.repo_url,
  task.selected_agent,
  task.selected_model,
  task.sandbox_url,
  task.branch_name,
  task.created_at,
  task.updated_at,
  task.cancelled_at,
  coalesce(task.logs, '[]')
from public.tasks as task
where task.id = %(task_id)s and task.user_id = (select auth.uid())
