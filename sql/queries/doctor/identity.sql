-- Who this connection is, and whether row level security could be lost on it: by privilege, or by owning the tables.
select
  roles.rolname,
  roles.rolsuper,
  roles.rolbypassrls,
  exists (
    select
    from pg_catalog.pg_tables as tables
    where tables.schemaname = 'public'
      and tables.tablename = 'workspace_files'
      and tables.tableowner = roles.rolname
  ) as owns
from pg_catalog.pg_roles as roles
where roles.rolname = current_user
