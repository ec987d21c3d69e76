-- A page of the caller's tasks without their logs, the newest first.
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
  task.cancelled_at
from public.tasks as task
where task.user_id = (select auth.uid())
  and (%(status)s::public.task_status_enum is null or task.status = %(status)s::public.task_status_enum)
  and (%(after)s::bigint is null or task.id < %(after)s)
order by task.id desc
limit %(most)s
