-- Whether a session is the caller's own and not only the team's.
select codingit.owns_session(%(session_id)s)
