-- Whether a token's user is still there.
select codingit.user_exists(%(user_id)s)
