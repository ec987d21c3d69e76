-- Give the next statements of this transaction less time than the connection allows.
select set_config('statement_timeout', least(nullif(setting::int, 0), %(most_ms)s::int)::text, true)
from pg_catalog.pg_settings
where name = 'statement_timeout'
