-- Marks a team in the caller's list, and puts it there first if it is not.
insert into public.users_teams (user_id, team_id, is_default)
values ((select auth.uid()), %(team_id)s, true)
on conflict (user_id, team_id) do update set is_default = true
