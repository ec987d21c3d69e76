-- One who is in a team of the caller's.
select
  member.user_id,
  member.role,
  member.created_at,
  member.updated_at
from public.team_members as member
where member.team_id = %(team_id)s and member.user_id = %(user_id)s
