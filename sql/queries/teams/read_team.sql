-- A team that the caller is in.
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
where member.user_id = (select auth.uid()) and team.id = %(team_id)s
