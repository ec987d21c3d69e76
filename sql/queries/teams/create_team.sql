-- A new team, whose owner the caller is from then on.
insert into public.teams (name, email)
values (%(name)s, %(email)s)
returning id
