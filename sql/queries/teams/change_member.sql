-- Gives a member another role.
update public.team_members as member
set role = %(role)s
where member.team_id = %(team_id)s and member.user_id = %(user_id)s
