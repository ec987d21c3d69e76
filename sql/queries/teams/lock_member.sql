-- Keeps a membership as it is until the end of the transaction; no row where the caller may not change it.
select member.user_id
from public.team_members as member
where member.team_id = %(team_id)s and member.user_id = %(user_id)s
for update
