-- Removes a message from its place among the project's.
delete from public.messages as message
where message.project_id = %(project_id)s and message.sequence_number = %(sequence_number)s
