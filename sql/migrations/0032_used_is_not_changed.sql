-- The use of an API key moved its `updated_at`; the trigger is made anew by repeatable/21_triggers.sql.
drop trigger if exists set_updated_at on public.api_keys;
