-- Whether the caller may put files into a project.
select exists (
  select from public.projects
  where id = %(project_id)s and status <> 'deleted' and deleted_at is null and user_id = (select auth.uid())
)
