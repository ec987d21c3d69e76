-- The enums of a schema with their labels in order.
select types.typname, pg_catalog.array_agg(labels.enumlabel::text order by labels.enumsortorder) as labels
from pg_catalog.pg_type as types
join pg_catalog.pg_enum as labels on labels.enumtypid = types.oid
where types.typnamespace = pg_catalog.to_regnamespace(%(schema)s)
group by types.typname
order by types.typname collate "C"
