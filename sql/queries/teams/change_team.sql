-- Writes the given columns of a team, null too.
update public.teams as team
set
  name = case when 'name' = any (%(given)s) then %(name)s else team.name end,
  email = case when 'email' = any (%(given)s) then %(email)s else team.email end
where team.id = %(team_id)s
