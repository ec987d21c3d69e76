-- Every column of a schema's tables and views, in the order that they were made in; a partition is told by its parent.
select
  relations.relname,
  relations.relkind in ('v', 'm') as is_view,
  columns.attname,
  coalesce(elements.typname, types.typname) as type_name,
  elements.oid is not null as is_array,
  not columns.attnotnull as is_nullable,
  columns.atthasdef as has_default,
  columns.attidentity <> '' as is_identity,
  columns.attidentity = 'a' or columns.attgenerated <> '' as is_written_by_the_database
from pg_catalog.pg_class as relations
join pg_catalog.pg_attribute as columns on columns.attrelid = relations.oid
join pg_catalog.pg_type as types on types.oid = columns.atttypid
left join pg_catalog.pg_type as elements on elements.oid = types.typelem and types.typcategory = 'A'
where relations.relnamespace = pg_catalog.to_regnamespace(%(schema)s)
  and relations.relkind in ('r', 'p', 'v', 'm')
  and not relations.relispartition
  and columns.attnum > 0
  and not columns.attisdropped
  and not exists (
    select
    from pg_catalog.pg_depend as owned
    where owned.classid = 'pg_catalog.pg_class'::regclass and owned.objid = relations.oid and owned.deptype = 'e'
  )
order by relations.relname collate "C", columns.attnum
