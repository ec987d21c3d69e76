-- A new task of the caller's, which waits.
insert into public.tasks (user_id, prompt, repo_url, selected_agent, selected_model)
values (
  (select auth.uid()),
  %(prompt)s,
  %(repo_url)s,
  coalesce(%(selected_agent)s, 'claude'),
  %(selected_model)s
)
returning id
