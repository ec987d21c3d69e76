-- Finds or makes the generation of this model and chunker, and takes it back from retirement when it is wanted again.
insert into public.embedding_models as model (name, revision, dimensions, chunker_version)
values (%(name)s, %(revision)s, %(dimensions)s, %(chunker_version)s)
on conflict (name, revision, dimensions, chunker_version) do update
  set retired_at = null
returning model.id, model.active
