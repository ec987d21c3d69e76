-- The closed choices that columns of several tables share.

create type public.subscription_status_enum as enum ('active', 'canceled', 'past_due', 'unpaid', 'incomplete');
create type public.project_status_enum as enum ('active', 'archived', 'deleted');
create type public.message_role_enum as enum ('user', 'assistant');
create type public.task_status_enum as enum ('pending', 'processing', 'completed', 'error');
