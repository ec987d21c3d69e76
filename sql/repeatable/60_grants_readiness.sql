-- The service may see which migrations were applied: it is not ready while one is missing.

grant select on codingit.migrations to service_role;
