-- Which of the roles that requests act under do not exist, and to which of the others the asking role may not switch.
select wanted.name, roles.oid is not null as exists
from unnest(%(names)s::text[]) with ordinality as wanted (name, place)
left join pg_catalog.pg_roles as roles on roles.rolname = wanted.name
where roles.oid is null or not pg_catalog.pg_has_role(current_user, roles.oid, 'member')
order by wanted.place
