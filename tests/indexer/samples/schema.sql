create table public.users (id uuid primary key, email text);
create or replace function public.touch() returns trigger language plpgsql as $$ begin return new; end $$;
create view active_users as select * from users;
create index users_email on users (email);
create type mood as enum ('sad', 'ok');
create trigger touch_users before update on users for each row execute function touch();
