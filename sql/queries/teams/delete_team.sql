-- Removes a team, its members and what it pays; projects and sessions go on as their owners' alone. No row where the
-- caller may not.
delete from public.teams as team
where team.id = %(team_id)s
returning team.id
