-- Whether the caller may put files into the project; false for one that does not exist, too.
select codingit.writes_project(%(project_id)s) and not codingit.project_is_deleted(%(project_id)s)
