-- What searching tasks reads: the words of each, of its prompt and of the beginning of its logs.

set local search_path = public, extensions, pg_temp;

alter table public.tasks
  add column search_vector tsvector
    generated always as (codingit.english_words(prompt || ' ' || left(coalesce(logs::text, ''), 20000))) stored;
