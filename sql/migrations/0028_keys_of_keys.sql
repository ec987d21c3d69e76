-- Which key made a key: one that is revoked takes those along that it made.

alter table public.api_keys add column made_by uuid references public.api_keys (id) on delete cascade;
create index idx_api_keys_made_by on public.api_keys (made_by);
