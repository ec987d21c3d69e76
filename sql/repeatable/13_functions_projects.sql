-- What is done to a project in one call.

-- Saves a message under its number, or replaces the one that has it, and marks the project as just used.
create or replace function public.save_message_and_update_project(
  project_id_param uuid,
  role_param text,
  content_param jsonb,
  object_data_param jsonb default null,
  result_data_param jsonb default null,
  sequence_number_param int default null
) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    -- The project's row first: messages of one project are saved one after the other.
    update public.projects as project
    set updated_at = now()
    where project.id = project_id_param
      and (project.user_id = auth.uid() or codingit.is_service());
    if not found then
      perform codingit.refuse('the project');
    end if;
    -- It has a default only because it stands behind the two that have one.
    if sequence_number_param is null then
      raise null_value_not_allowed using message = 'sequence_number_param is required';
    end if;
    insert into public.messages (project_id, role, content, object_data, result_data, sequence_number)
    values (
      project_id_param,
      role_param::public.message_role_enum,
      content_param,
      object_data_param,
      result_data_param,
      sequence_number_param
    )
    on conflict (project_id, sequence_number) do update
      set
        role = excluded.role,
        content = excluded.content,
        object_data = excluded.object_data,
        result_data = excluded.result_data;
  end
  $$;

-- For those who may write the project: its owner, and the owner and admins of its team.
create or replace function public.soft_delete_project(project_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
  begin
    update public.projects as project
    set status = 'deleted', deleted_at = coalesce(project.deleted_at, now())
    where project.id = soft_delete_project.project_id
      and (codingit.is_service() or codingit.writes_project(project.id));
    if not found then
      perform codingit.refuse('the project');
    end if;
  end
  $$;
