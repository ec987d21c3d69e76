-- Who is in a team of the caller's, by id.
select
  member.user_id,
  member.role,
  member.created_at,
  member.updated_at
from public.team_members as member
where member.team_id = %(team_id)s and (%(after)s::uuid is null or member.user_id > %(after)s::uuid)
order by member.user_id
limit %(most)s
