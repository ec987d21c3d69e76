-- The message at its place among the project's, in place of what was there; the project counts as changed now.
select public.save_message_and_update_project(
  project_id_param => %(project_id)s,
  role_param => %(role)s,
  content_param => %(content)s,
  object_data_param => %(object_data)s,
  result_data_param => %(result_data)s,
  sequence_number_param => %(sequence_number)s
)
