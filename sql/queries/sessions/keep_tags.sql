-- Takes all other tags off a session.
delete from public.chat_session_tags as label
where label.session_id = %(session_id)s and label.tag <> all (%(tags)s::text[])
