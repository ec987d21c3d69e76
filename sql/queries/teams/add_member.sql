-- Takes a user into a team.
insert into public.team_members (team_id, user_id, role)
values (%(team_id)s, %(user_id)s, %(role)s)
