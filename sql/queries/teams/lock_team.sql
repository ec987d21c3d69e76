-- Keeps a team as it is until the end of the transaction; no row where the caller may not change it.
select team.id
from public.teams as team
where team.id = %(team_id)s
for update
