-- Where the chunks wait that tenants are made of: numbered, with the vectors and weights that the index will hold.
create unlogged table pool (
  n int primary key,
  file_no int not null,
  ordinal int not null,
  start_line int not null,
  end_line int not null,
  language text,
  kind text not null,
  role text not null,
  path text not null,
  symbol text,
  defines text[],
  signature text,
  text_hash bytea not null,
  text_embedding halfvec not null,
  words text[] not null,
  terms sparsevec(536870912) not null,
  embedding halfvec not null,
  content text not null
);
create table tenants (
  no int primary key,
  user_id uuid not null,
  project_id uuid not null,
  chunks int not null
)
