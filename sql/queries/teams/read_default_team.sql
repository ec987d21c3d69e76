-- Which team is the caller's default; one that the caller has left is none. Other clients may have marked several.
select listed.team_id
from public.users_teams as listed
join public.team_members as member on member.team_id = listed.team_id and member.user_id = listed.user_id
where listed.user_id = (select auth.uid()) and listed.is_default
order by listed.updated_at desc nulls last, listed.id
limit 1
