-- The caller's own projects.
select id, title, status::text, updated_at
from public.projects
where user_id = (select auth.uid()) and status <> 'deleted' and deleted_at is null
order by updated_at desc, id
