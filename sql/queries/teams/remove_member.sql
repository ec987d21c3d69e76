-- Takes a member out of a team and says who that was; no row where the caller may not.
delete from public.team_members as member
where member.team_id = %(team_id)s and member.user_id = %(user_id)s
returning
  member.user_id,
  member.role,
  member.created_at,
  member.updated_at
