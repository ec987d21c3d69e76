-- Marks a project as deleted; its rows stay, and no search finds them.
select public.soft_delete_project(%(project_id)s)
