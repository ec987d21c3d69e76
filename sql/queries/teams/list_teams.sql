-- The teams that the caller is in, by name. Names may be of any length: the last column, which a cursor holds, is as much
-- of them as orders the list.
select
  team.id,
  team.name,
  team.email,
  coalesce(team.tier, 'free'),
  member.role,
  team.created_at,
  team.updated_at,
  left(team.name, 200)
from public.team_members as member
join public.teams as team on team.id = member.team_id
where member.user_id = (select auth.uid())
  and (%(last_id)s::uuid is null or (left(team.name, 200), team.id) > (%(place)s::text, %(last_id)s::uuid))
order by left(team.name, 200), team.id
limit %(most)s
