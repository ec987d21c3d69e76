-- The functions of a schema that a client could call by name: one row an argument or result column, or one for none.
select
  functions.proname,
  pg_catalog.pg_get_function_identity_arguments(functions.oid) as signature,
  coalesce(result_elements.typname, results.typname) as result_type,
  result_elements.oid is not null as result_is_array,
  functions.proretset as returns_set,
  arguments.name,
  arguments.mode,
  coalesce(elements.typname, types.typname) as type_name,
  elements.oid is not null as is_array,
  arguments.mode in ('i', 'b', 'v')
    and count(*) filter (where arguments.mode in ('i', 'b', 'v')) over (
      partition by functions.oid order by arguments.place
    ) > functions.pronargs - functions.pronargdefaults as has_default
from pg_catalog.pg_proc as functions
join pg_catalog.pg_type as results on results.oid = functions.prorettype
left join pg_catalog.pg_type as result_elements
  on result_elements.oid = results.typelem and results.typcategory = 'A'
left join lateral unnest(
  coalesce(functions.proallargtypes, functions.proargtypes::oid[]),
  functions.proargnames,
  functions.proargmodes
) with ordinality as listed (type_id, given_name, given_mode, place) on true
left join lateral (
  select
    listed.type_id,
    listed.place,
    coalesce(listed.given_name, '') as name,
    coalesce(listed.given_mode, 'i')::text as mode
  where listed.place is not null
) as arguments on true
left join pg_catalog.pg_type as types on types.oid = arguments.type_id
left join pg_catalog.pg_type as elements on elements.oid = types.typelem and types.typcategory = 'A'
where functions.pronamespace = pg_catalog.to_regnamespace(%(schema)s)
  and functions.prokind = 'f'
  and functions.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
  and not exists (
    select
    from pg_catalog.pg_depend as owned
    where owned.classid = 'pg_catalog.pg_proc'::regclass and owned.objid = functions.oid and owned.deptype = 'e'
  )
order by
  functions.proname collate "C",
  pg_catalog.pg_get_function_identity_arguments(functions.oid) collate "C",
  arguments.place
