"""The use case of chat search: what is found, in which order, and what is shown of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from models.caller import SERVICE
from models.errors import ForbiddenError, InvalidRequestError, NotFoundError
from search_api.active_encoder import ActiveEncoder
from search_api.chat_fusion import Sort, Taste, fuse
from search_api.chat_search import ChatMode, ChatQuery, ChatReply, search_chat
from search_api.chat_syntax import names_within, parse_query
from sql.chat import ChatCandidate, ChatFilters, Evidence
from sql.database import Database
from tests.chatting import START, new_session, say
from tests.conftest import make_user, signed_in
from tests.stubs import StubEncoder


def unindexed(database: Database) -> ActiveEncoder:
    """As long as no worker has run; test_chat_meaning.py has what follows."""
    return ActiveEncoder(database, lambda _: StubEncoder())


@dataclass
class Chat:
    """One user's chats, and a way to search them."""

    url: str
    database: Database
    user_id: UUID

    def session(self, title: str | None = None) -> UUID:
        with psycopg.connect(self.url) as connection:
            return new_session(connection, self.user_id, title)

    def say(self, session: UUID, *contents: str) -> list[UUID]:
        """Messages a minute apart."""
        with psycopg.connect(self.url) as connection:
            return [say(connection, session, content, minute=minute) for minute, content in enumerate(contents)]

    def search(self, query: ChatQuery | str, mode: ChatMode = ChatMode.HYBRID) -> ChatReply:
        asked = ChatQuery(query, mode) if isinstance(query, str) else query
        return search_chat(self.database, unindexed(self.database), signed_in(self.user_id), asked)

    def find(self, query: ChatQuery | str, mode: ChatMode = ChatMode.HYBRID) -> list[UUID]:
        return [hit.id for hit in self.search(query, mode).results]


@pytest.fixture
def new_chat(url: str, database: Database) -> Callable[[], Chat]:
    def made() -> Chat:
        with psycopg.connect(url) as connection:
            return Chat(url, database, make_user(connection))

    return made


@pytest.fixture
def chat(new_chat: Callable[[], Chat]) -> Chat:
    return new_chat()


TEXTS = (
    "The connection was refused by the proxy",
    "call foo.bar() in src/shop/cart.py",
    "error[E0308]: mismatched types, run with --verbose or see ERR_CERT_INVALID",
    "search_hybrid returns 100% of rows, 100 times",
    "Refused connections are retried after a timeout",
)


@pytest.mark.parametrize(
    ("mode", "query", "expected"),
    [
        (ChatMode.FULLTEXT, "connections refuse", {0, 4}),
        (ChatMode.FULLTEXT, '"connection was refused"', {0}),
        (ChatMode.FULLTEXT, "proxy or timeouts", {0, 4}),
        (ChatMode.FULLTEXT, "refused -proxy", {4}),
        (ChatMode.FULLTEXT, "bar()", {1}),
        (ChatMode.FULLTEXT, "bar", set()),
        (ChatMode.FULLTEXT, "foo.bar()", {1}),
        (ChatMode.FULLTEXT, "cart.py", {1}),
        (ChatMode.FULLTEXT, "shop/cart.py or search_hybrid", {1, 3}),
        (ChatMode.FULLTEXT, "call -shop/cart.py", set()),
        (ChatMode.FULLTEXT, "CERT_INVALID --verbose", {2}),
        (ChatMode.FULLTEXT, "the", set()),
        (ChatMode.SUBSTRING, "100%", {3}),
        (ChatMode.SUBSTRING, "HYBRID RETURNS", {3}),
        (ChatMode.SUBSTRING, "h_b", set()),
        (ChatMode.SUBSTRING, ", ", {2, 3}),
        (ChatMode.SUBSTRING, '"connection was refused"', set()),
        (ChatMode.FUZZY, "conection refusd", {0, 4}),
        (ChatMode.FUZZY, "serch_hybird", {3}),
        (ChatMode.FUZZY, "conection -proxy", {4}),
        (ChatMode.FUZZY, "qqqqq", set()),
        (ChatMode.HYBRID, "conection refusd", {0, 4}),
        (ChatMode.HYBRID, "why was the connection to the database refused", {0, 4}),
        (ChatMode.HYBRID, "-verbose", {2}),
        (ChatMode.HYBRID, '"connection was refused"', {0}),
        (ChatMode.HYBRID, "[E0308]", {2}),
        (ChatMode.HYBRID, "%", {3}),
    ],
)
def test_modes(chat: Chat, mode: ChatMode, query: str, expected: set[int]) -> None:
    messages = chat.say(chat.session(), *TEXTS)
    assert {messages.index(hit) for hit in chat.find(query, mode)} == expected


def test_the_message_that_says_it_as_asked_comes_first(chat: Chat) -> None:
    some, reversed_words, exact = chat.say(
        chat.session(), "a timeout of the pool", "pool timeout connection of yours", "connection pool timeout"
    )
    assert chat.find("connection pool timeout") == [exact, reversed_words, some]


def test_newest_first_keeps_weaker_evidence_out(chat: Chat) -> None:
    first, second, _ = chat.say(chat.session(), "pool timeout", "timeout of the pool", "a pool of cars")
    assert chat.find(ChatQuery("pool timeout", taste=Taste(Sort.NEWEST))) == [second, first]


def test_the_same_texts_in_two_accounts_stay_apart(new_chat: Callable[[], Chat]) -> None:
    mine, theirs = new_chat(), new_chat()
    my_messages = set(mine.say(mine.session(), *TEXTS))
    their_messages = set(theirs.say(theirs.session(), *TEXTS))
    for mode in set(ChatMode) - {ChatMode.VECTOR}:
        assert set(mine.find("refused", mode)) <= my_messages
        assert set(theirs.find("refused", mode)) <= their_messages
        assert mine.find("refused", mode)
        assert new_chat().find("refused", mode) == []


def test_what_the_candidates_function_lets_through_the_policy_still_stops(url: str, chat: Chat) -> None:
    """The second wall: rows shown are read under the caller's own policies."""
    chat.say(chat.session(), "quokka")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create policy nobody on chat_message_cache as restrictive for select using (false)")
    assert chat.find("quokka") == []


def test_a_hit_says_where_it_was_said(chat: Chat) -> None:
    titled, untitled = chat.session("Proxies"), chat.session()
    chat.say(titled, "quokka")
    chat.say(untitled, "quokka again")
    hits = {hit.session_id: hit for hit in chat.search("quokka").results}
    assert (hits[titled].session_title, hits[untitled].session_title) == ("Proxies", "Untitled Session")
    assert hits[titled].session_key == f"key-{titled}"
    assert (hits[titled].role, hits[titled].message_id, hits[titled].created_at) == ("user", "m0", START)


@pytest.mark.parametrize(
    ("mode", "query", "text", "highlighted"),
    [
        (ChatMode.FULLTEXT, "connecting", "Connections and a connection", ["Connections", "connection"]),
        (ChatMode.FULLTEXT, "wombat or quokka -zebra", "a quokka, a wombat", ["quokka", "wombat"]),
        (ChatMode.FULLTEXT, "cart.py", "see src/cart.py", ["cart.py"]),
        (ChatMode.SUBSTRING, "OKK", "a quokka and Quokka", ["okk", "okk"]),
        (ChatMode.FUZZY, "quoka", "the quokka", ["quokka"]),
        (ChatMode.FUZZY, "hybird", "hybrid cars", ["hybrid"]),
        (ChatMode.HYBRID, "foo.bar()", "x = foo.bar() + 1", ["foo.bar()"]),
        (ChatMode.HYBRID, "quokka", "\U0001f998 quokka \u202equokka\u202c <b>quokka</b>", ["quokka"] * 3),
        (ChatMode.HYBRID, "quokka", "\x02\x03 quokka \x02a\x02", ["quokka"]),
        (ChatMode.HYBRID, "example.org", "http://example.org/a?b=c &amp; example.org", ["example.org"] * 2),
    ],
)
def test_what_was_found_is_highlighted(
    chat: Chat, mode: ChatMode, query: str, text: str, highlighted: list[str]
) -> None:
    chat.say(chat.session(), text)
    (hit,) = chat.search(query, mode).results
    assert hit.snippet.text == text
    assert [text[start:end] for start, end in hit.snippet.matches] == highlighted


def test_a_snippet_of_a_long_message_holds_what_was_found(chat: Chat) -> None:
    text = "lorem ipsum " * 3000 + "the quokka slept " + "dolor sit " * 3000
    chat.say(chat.session(), text)
    (hit,) = chat.search("quokka").results
    ((start, end),) = hit.snippet.matches
    assert text[hit.snippet.start + start : hit.snippet.start + end] == "quokka"
    assert text[hit.snippet.start :].startswith(hit.snippet.text)
    assert len(hit.snippet.text) < 300


@pytest.mark.parametrize(("neighbours", "expected"), [(0, []), (1, [-1, 1]), (3, [-3, -2, -1, 1])])
def test_neighbours(chat: Chat, neighbours: int, expected: list[int]) -> None:
    other = chat.session()
    chat.say(other, "of another session")
    messages = chat.say(chat.session(), "zero", "one", "two", "three", "quokka", "x" * 2000)
    (hit,) = chat.search(ChatQuery("quokka", neighbours=neighbours)).results
    assert [near.distance for near in hit.neighbours] == expected
    assert [near.id for near in hit.neighbours] == [messages[4 + distance] for distance in expected]
    assert [near.cut for near in hit.neighbours] == [distance == 1 for distance in expected]
    assert all(len(near.content) <= 1000 for near in hit.neighbours)


def test_limit(chat: Chat) -> None:
    chat.say(chat.session(), *(["quokka"] * 12))
    assert len(chat.find(ChatQuery("quokka", limit=7))) == 7
    assert len(chat.find(ChatQuery("quokka", limit=100))) == 12


@pytest.mark.parametrize(
    ("query", "mode"), [("", ChatMode.HYBRID), (" \n", ChatMode.SUBSTRING), ("-only -minus", ChatMode.FULLTEXT)]
)
def test_a_query_that_asks_nothing_is_refused(chat: Chat, query: str, mode: ChatMode) -> None:
    with pytest.raises(InvalidRequestError):
        chat.search(query, mode)


def test_an_unknown_session_is_not_found(chat: Chat) -> None:
    with pytest.raises(NotFoundError):
        chat.search(ChatQuery("quokka", filters=ChatFilters(session_id=uuid.uuid4())))


def test_a_caller_who_is_no_user_is_refused(database: Database) -> None:
    with pytest.raises(ForbiddenError):
        search_chat(database, unindexed(database), SERVICE, ChatQuery("quokka"))


def test_fusion_sums_evidence_and_prefers_the_newer() -> None:
    old, new, both = (uuid.UUID(int=number) for number in (1, 2, 3))
    candidates = [
        ChatCandidate(old, START, Evidence.WORDS, 0.5),
        ChatCandidate(new, START + timedelta(1), Evidence.WORDS, 0.5),
        ChatCandidate(both, None, Evidence.WORDS, 0.1),
        ChatCandidate(both, None, Evidence.LITERAL, 0.1),
    ]
    assert [each.id for each in fuse(candidates, Taste())] == [both, new, old]
    assert [each.id for each in fuse(candidates, Taste(Sort.NEWEST))] == [new, old, both]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a b", [[("a", False), ("b", False)]]),
        ('a "b c" OR -d e', [[("a", False), ("b c", False)], [("d", True), ("e", False)]]),
        ('-"a b" c', [[("a b", True), ("c", False)]]),
        ('"never closed', [[("never closed", False)]]),
        ('or "" - or', [[("-", False)]]),
        ("-a or b", [[("b", False)]]),
        ("--force", [[("--force", False)]]),
        ("", []),
    ],
)
def test_websearch_syntax(query: str, expected: list[list[tuple[str, bool]]]) -> None:
    parsed = parse_query(query)
    assert [[(item.text, item.refused) for item in each.items] for each in parsed.alternatives] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("why did we need copy_orders_to_parquet?", ("copy_orders_to_parquet",)),
        ("what of python:3.12-slim and `Idempotency-Key`", ("python:3.12-slim", "Idempotency-Key")),
        ("is src/a.py getUserId()", ("src/a.py", "getUserId()")),
        ("does it read/write, e.g. files? don't know", ()),
        ("Why did Safari fail", ()),
        ("copy_orders_to_parquet", ()),
    ],
)
def test_names_of_code_are_found_in_a_sentence(query: str, expected: tuple[str, ...]) -> None:
    assert names_within(parse_query(query)) == expected
