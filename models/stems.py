"""The light English folding of the word index: one stem for the plural, -ed and -ing forms of a word.

The rules are our own and few because stems are stored: a library's next release may stem otherwise, and the queries of
that day would miss the rows of the day before. A change here is a new generation of the index.
"""

from __future__ import annotations

# Words of three letters are left alone but for this one, which code uses as the plural of `id`.
_SHORT_PLURALS = {"ids": "id"}
_VOWELS = frozenset("aeiouy")


def stem_word(word: str) -> str:
    """Fold a lower-case word; anything but ASCII letters is returned as it is."""
    if len(word) < 4:
        return _SHORT_PLURALS.get(word, word)
    if not (word.isascii() and word.isalpha()):
        return word
    if word.endswith(("ies", "ied")) and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "ias")):
        word = word[:-1]
    # More than once, since embed looks like an -ed form and has to meet embedding and embedded.
    while (rest := _without_ending(word)) != word:
        word = rest
    # parse, parsed and parsing meet at pars; shorter words keep the e that tells code from cod.
    if word.endswith("e") and len(word) > 4:
        return word[:-1]
    return _without_double(word)


def _without_ending(word: str) -> str:
    if word.endswith("ing"):
        rest = word[:-3]
    elif word.endswith("ed") and not word.endswith("eed"):
        rest = word[:-2]
    else:
        return word
    if len(rest) == 2 and rest[0] in _VOWELS and rest[1] not in _VOWELS:
        return rest + "e"
    if len(rest) < 3 or not any(letter in _VOWELS for letter in rest):
        return word
    single = _without_double(rest)
    if single != rest:
        return single
    if len(rest) == 3 and rest[0] not in _VOWELS and rest[1] in _VOWELS and rest[2] not in "aeiouywx":
        return rest + "e"
    return rest


def _without_double(word: str) -> str:
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeious"
    return word[:-1] if doubled else word
