"""How people ask: short phrases, questions, names and misspelt names, made from what documentation says."""

from __future__ import annotations

import random
import re

from models.tokens import split_identifier

_STOP_WORDS = """
a an the this that these those of in on at to for from by with and or is are was be been being it its as if when
whether which will would can could may might should must not no into than then so such any all each every other
given used using use uses returns return returned gets get sets set does do has have had new specified corresponding
current i e g etc see also but only same one two we you they he your our their there here method function class
object value instance type
"""
_STOP = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_'.:-]*[A-Za-z0-9]|[A-Za-z]")
_THIRD_PERSON = re.compile(r"^(\w+?)(?:(?<=ss)es|(?<=sh)es|(?<=ch)es|(?<=x)es|(?<=z)es|ies|s)$")
_VERBS_WORDS = """
add append apply attach build call check clean clear close compare compute configure convert copy count create
decode define delete detect determine disable dispatch draw emit enable encode ensure execute extract fetch fill
filter find format generate get handle initialize insert invoke iterate list load lookup make map match merge move
normalize notify open parse perform prepare print process push query raise read receive record register release
remove render replace report reset resolve restore retrieve return run save scan search select send serialize set
setup show sort split start stop store strip sync test transform translate trigger try turn update validate verify
wait wrap write
"""
_VERBS = frozenset(_VERBS_WORDS.split())
_QUESTIONS = (
    "how does it {verb} {rest}",
    "how is {rest} {participle}",
    "how to {verb} {rest}",
    "where is {rest} {participle}",
    "where does the code {verb} {rest}",
    "code that {third} {rest}",
    "function to {verb} {rest}",
    "{participle} {rest}",
    "how are {rest} handled",
    "{gerund} {rest}",
    "what {third} {rest}",
    "logic for {gerund} {rest}",
)
_SUBJECT_QUESTIONS = (
    "how {subject} {third} {rest}",
    "how does {subject} {verb} {rest}",
    "{subject} {gerund} {rest}",
    "where does {subject} {verb} {rest}",
    "how is {rest} {participle} by {subject}",
)
SUBJECT_CHANCE = 0.35
_PLAIN_QUESTIONS = (
    "how does {text} work",
    "how is {text} implemented",
    "where is {text}",
    "where is {text} defined",
    "{text} implementation",
    "how are {text} handled",
    "what is {text}",
    "{text} support",
    "{text} handling",
    "{text} logic",
    "the code for {text}",
)
_ENDS_WITH_E = re.compile(r"(?:at|iz|is|ov|iv|ur|in|as|ak|rs|us|it|il|od|id|ag|or|et|ar|lv|nc|rg|lac|dl|tl|bl)es$")
LONGEST_QUESTION_WORDS = 14
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def phrase_of(sentence: str, chance: random.Random) -> str:
    """A few words in a row that neither begin nor end with a word that says nothing; empty when there are none."""
    words = _WORD.findall(sentence)
    length = chance.randint(2, 5)
    if not words:
        return ""
    starts = [
        start
        for start in range(max(1, len(words) - length + 1))
        if words[start].lower() not in _STOP and words[min(len(words), start + length) - 1].lower() not in _STOP
    ]
    if not starts:
        return ""
    start = chance.choice(starts)
    return " ".join(words[start : start + length])


def question_of(sentence: str, chance: random.Random, subject: str = "") -> str:
    """The first sentence of a documentation as a question or a request; empty when it is too long for one.

    The subject is who does it: a class, a module.
    """
    words = sentence.rstrip(".!?: ").split()
    if not 2 <= len(words) <= LONGEST_QUESTION_WORDS:
        return ""
    if _third_person_of(words[1]) in _VERBS and len(words) > 2:
        # `SkipClean defines whether...`: the name says nothing more.
        words = words[1:]
    first, rest = words[0], " ".join(words[1:])
    found = _THIRD_PERSON.match(first.lower())
    if first.lower() in _VERBS:
        found = re.match(r"(.+)", first.lower())
    if found is None or len(found[1]) < 2 or first.lower() in {"this", "is", "its", "class", "has", "was", "does"}:
        text = " ".join(words)
        text = re.sub(r"^(?:A|An|The)\s+", "", text)
        return chance.choice(_PLAIN_QUESTIONS).format(text=text[:1].lower() + text[1:])
    verb = _third_person_of(first) or found[1]
    if first.lower() in _VERBS:
        verb = first.lower()
    elif verb not in _VERBS and _ENDS_WITH_E.search(first.lower()):
        verb = first.lower()[:-1]
    third = first.lower() if first.lower() not in _VERBS else f"{verb}s"
    stem = verb[:-1] if verb.endswith("e") else verb
    templates = _SUBJECT_QUESTIONS if subject and chance.random() < SUBJECT_CHANCE else _QUESTIONS
    return chance.choice(templates).format(
        subject=subject, verb=verb, rest=rest, third=third, participle=f"{stem}ed", gerund=f"{stem}ing"
    )


def _third_person_of(word: str) -> str:
    found = _THIRD_PERSON.match(word.lower())
    return (
        ""
        if found is None
        else next((verb for verb in (found[1], f"{found[1]}e", f"{found[1]}y") if verb in _VERBS), "")
    )


def name_query(symbol: str, chance: random.Random) -> str:
    """A name as it is typed: as it is, qualified, or as words."""
    name = symbol.rsplit(".", 1)[-1]
    roll = chance.random()
    if roll < 0.4:
        return name
    words = split_identifier(name)
    if roll < 0.55 and "." in symbol:
        return chance.choice((".", "::", " ")).join(symbol.rsplit(".", 2)[-2:])
    return " ".join(words).lower()


def misspell(text: str, chance: random.Random) -> str:
    """One slip of a finger inside one of the longer words."""
    words = text.split(" ")
    long = [position for position, word in enumerate(words) if len(word) >= 5]
    if not long:
        return text
    position = chance.choice(long)
    word = words[position]
    at = chance.randrange(1, len(word) - 1)
    slip = chance.randrange(4)
    if slip == 0:
        word = word[:at] + word[at + 1 :]
    elif slip == 1:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif slip == 2:
        word = word[:at] + word[at] + word[at:]
    else:
        word = word[:at] + chance.choice(LETTERS) + word[at + 1 :]
    words[position] = word
    return " ".join(words)
