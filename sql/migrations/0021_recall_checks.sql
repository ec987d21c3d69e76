-- When an approximate index was last compared with exact results, and how many rows it had to find them among.

alter table public.code_ann_indexes
  add column rows_at_check bigint not null default 0,
  add column checked_at timestamptz not null default now();
