-- Folds appended changes into the lexicon; how many rows it took.
select codingit.fold_terms(%(most)s)
