-- A key with those that it made, and those that these made.
with recursive family as (
  select key.id
  from public.api_keys as key
  where key.id = %(key_id)s and key.user_id = (select auth.uid())
  union
  select made.id
  from public.api_keys as made
  join family on family.id = made.made_by
)
select family.id from family
