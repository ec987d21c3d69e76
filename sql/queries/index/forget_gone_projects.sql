-- Takes away lexicons whose project is gone.
select codingit.forget_gone_projects()
