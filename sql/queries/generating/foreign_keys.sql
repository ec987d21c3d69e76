-- Foreign keys between tables of one schema, and whether at most one row can refer to each row that is referred to.
select
  constraints.conname,
  referring.relname,
  own.names,
  exists (
    select
    from pg_catalog.pg_index as indexes
    where indexes.indrelid = constraints.conrelid
      and indexes.indisunique
      and indexes.indpred is null
      and (
        select array_agg(keys.attnum order by keys.attnum)
        from unnest(indexes.indkey) with ordinality as keys (attnum, place)
        where keys.place <= indexes.indnkeyatts
      ) = (select array_agg(keys.attnum order by keys.attnum) from unnest(constraints.conkey) as keys (attnum))
  ) as is_one_to_one,
  referred.relname,
  other.names
from pg_catalog.pg_constraint as constraints
join pg_catalog.pg_class as referring on referring.oid = constraints.conrelid
join pg_catalog.pg_class as referred on referred.oid = constraints.confrelid
cross join lateral (
  select array_agg(columns.attname::text order by keys.place) as names
  from unnest(constraints.conkey) with ordinality as keys (attnum, place)
  join pg_catalog.pg_attribute as columns on columns.attrelid = constraints.conrelid and columns.attnum = keys.attnum
) as own
cross join lateral (
  select array_agg(columns.attname::text order by keys.place) as names
  from unnest(constraints.confkey) with ordinality as keys (attnum, place)
  join pg_catalog.pg_attribute as columns on columns.attrelid = constraints.confrelid and columns.attnum = keys.attnum
) as other
where constraints.contype = 'f'
  and constraints.conparentid = 0
  and referring.relnamespace = pg_catalog.to_regnamespace(%(schema)s)
  and referred.relnamespace = referring.relnamespace
order by referring.relname collate "C", constraints.conname collate "C"
