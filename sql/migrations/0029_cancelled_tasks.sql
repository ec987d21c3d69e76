-- When a task was called off: its status is error then, and this tells it from one that failed.

alter table public.tasks add column cancelled_at timestamptz;
