-- Which version of each extension that the schema needs is installed here, and which one the server offers.
select wanted.name, installed.extversion, offered.default_version
from unnest(%(names)s::text[]) with ordinality as wanted (name, place)
left join pg_catalog.pg_extension as installed on installed.extname = wanted.name
left join pg_catalog.pg_available_extensions as offered on offered.name = wanted.name
order by wanted.place
