-- The users with this email: none, or one.
select id
from auth.users
where email = %(email)s
order by id
limit 1
