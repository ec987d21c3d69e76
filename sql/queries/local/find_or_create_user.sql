-- The user with this email, made when there is none.
with found as (
  select id
  from auth.users
  where email = %(email)s
  order by id
  limit 1
),
made as (
  insert into auth.users (id, email)
  select gen_random_uuid(), %(email)s
  where not exists (select from found)
  returning id
)
select id from found
union all
select id from made
