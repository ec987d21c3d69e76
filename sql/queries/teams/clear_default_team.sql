-- Leaves the caller's teams in the list, and none of them the default.
update public.users_teams as listed
set is_default = false
where listed.user_id = (select auth.uid()) and listed.is_default
