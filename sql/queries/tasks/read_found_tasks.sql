-- Tasks of the caller's by their ids, as a search tells of them; read under the caller's own policies.
select
  task.id, task.status, task.progress, task.prompt, task.repo_url, task.branch_name, task.selected_agent,
  task.created_at, task.updated_at, 0::float8 as score, left(task.logs::text, 2000) as logs
from public.tasks as task
where task.id = any (%(ids)s)
  and task.user_id = (select auth.uid())
