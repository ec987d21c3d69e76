-- A user and a project for each tenant.
insert into auth.users (id, email) select user_id, 'tenant' || no || '@localhost' from tenants;
insert into public.projects (id, user_id, title) select project_id, user_id, 'tenant ' || no from tenants
