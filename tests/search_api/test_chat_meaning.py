"""Chat search by meaning: what the worker embedded is found beside what the words find, and as fresh as told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

import sql.chat
from models.encoder import load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.chat_fusion import MOST_NAMED, UNRELATED, Sort, Taste, ToolOutput, fuse, is_said
from search_api.chat_search import ChatMode, ChatQuery, ChatReply, search_chat
from sql.chat import ChatCandidate, ChatFilters, Evidence
from sql.database import Database
from sql.moments import FarMoment
from tests.chatting import START, new_session, say
from tests.conftest import make_user, signed_in
from tests.indexing import execute, index_now
from tests.stubs import StubEncoder


class NearEncoder(StubEncoder):
    """Takes a few words for one another, as a trained model does."""

    def _encode(self, texts):  # type: ignore[no-untyped-def]  # as the one it stands for
        near = {"crash": "segfault", "fault": "segfault", "puppy": "dog", "hound": "dog"}
        return super()._encode([" ".join(near.get(word, word) for word in text.split()) for text in texts])


class Told:
    """A user's chats in a database, and searches in them."""

    def __init__(self, url: str, database: Database) -> None:
        self.url, self.database = url, database
        self.encoder = ActiveEncoder(database, lambda _: NearEncoder(dimensions=256))
        with psycopg.connect(url) as connection:
            self.user_id = make_user(connection)

    def tell(self, *contents: str, title: str | None = None, tags: tuple[str, ...] = ()) -> list[UUID]:
        with psycopg.connect(self.url) as connection:
            session = new_session(connection, self.user_id, title, tags=tags)
            return [say(connection, session, content, minute=minute) for minute, content in enumerate(contents)]

    def index(self) -> None:
        index_now(self.url, NearEncoder(dimensions=256))

    def search(self, query: ChatQuery) -> ChatReply:
        return search_chat(self.database, self.encoder, signed_in(self.user_id), query)

    def find(self, query: ChatQuery) -> list[UUID]:
        return [hit.id for hit in self.search(query).results]


@pytest.fixture
def told(url: str, database: Database) -> Told:
    return Told(url, database)


@pytest.mark.parametrize("mode", [ChatMode.HYBRID, ChatMode.VECTOR])
def test_a_message_without_a_word_of_the_query_is_found_by_its_meaning(told: Told, mode: ChatMode) -> None:
    answer, _ = told.tell("segfault", "lunch tomorrow")
    told.index()

    (hit,) = told.search(ChatQuery("crash", mode)).results

    assert (hit.id, hit.evidence) == (answer, (Evidence.MEANING,))


def test_meaning_and_words_add_up(told: Told) -> None:
    both, _ = told.tell("crash", "segfault")
    told.index()

    reply = told.search(ChatQuery("crash"))

    assert reply.results[0].id == both
    assert set(reply.results[0].evidence) >= {Evidence.WORDS, Evidence.MEANING}
    assert len(reply.results) == 2


def test_where_messages_hold_what_was_typed_words_decide_and_where_none_does_meaning(told: Told) -> None:
    near, named, shared = told.tell("segfault", "segfault of parse_row lunch tea dinner", "it was over lunch")
    told.index()

    assert told.find(ChatQuery("crash parse_row"))[0] == named
    assert told.find(ChatQuery("parse_row crash unheard"))[0] == named, (
        "a name in a sentence, which nothing holds whole"
    )
    assert told.find(ChatQuery("crash fault lunch unheard"))[0] == near, "one word in common is no answer"
    assert shared in told.find(ChatQuery("crash fault lunch unheard"))


def test_what_stands_in_many_messages_names_nothing() -> None:
    holding = [ChatCandidate(uuid4(), START, Evidence.LITERAL, 0.1) for _ in range(MOST_NAMED + 1)]

    assert is_said(holding[:1])
    assert is_said(holding[:MOST_NAMED])
    assert not is_said(holding)
    assert is_said([*holding, ChatCandidate(uuid4(), START, Evidence.WORDS, 0.1)])
    assert not is_said([])


def test_the_nearest_are_found_where_nothing_is_near_and_nothing_for_words_that_nobody_knows(
    url: str, database: Database
) -> None:
    model = load_encoder()
    chats, far = Told(url, database), Told(url, database)
    chats.encoder = far.encoder = ActiveEncoder(database, lambda _: model)
    chats.tell(
        "Totals of invoices differ by one cent from what the shop shows.",
        "The deploy failed because of a missing secret.",
    )
    (lonely,) = far.tell("Totals of invoices differ by one cent from what the shop shows.")
    index_now(url, model)

    assert chats.find(ChatQuery("why does the bill not match the basket"))
    assert far.find(ChatQuery("why does the bill not match the basket")) == [lonely]
    assert chats.find(ChatQuery("qwxzvb plorf")) == []
    assert chats.find(ChatQuery("qwxzvb plorf invoices")), "one word that messages hold"


def test_where_words_found_something_what_is_unrelated_is_left_out() -> None:
    said, near, far = uuid4(), uuid4(), uuid4()
    meaning = [
        ChatCandidate(near, START, Evidence.MEANING, UNRELATED + 0.1),
        ChatCandidate(far, START, Evidence.MEANING, UNRELATED - 0.01),
    ]

    assert [each.id for each in fuse(meaning, Taste())] == [near, far]
    assert [each.id for each in fuse([ChatCandidate(said, START, Evidence.LITERAL, 0.1), *meaning], Taste())] == [
        said,
        near,
    ]


@pytest.mark.parametrize("query", ['"crash"', "crash -lunch", "crash or nothing"])
def test_a_query_that_says_exactly_what_is_wanted_gets_nothing_by_meaning_alone(told: Told, query: str) -> None:
    _, exact = told.tell("segfault", "a crash")
    told.index()

    assert told.find(ChatQuery(query)) == [exact]


def test_by_meaning_alone_a_refused_word_is_refused(told: Told) -> None:
    first, second = told.tell("segfault", "segfault lunch")
    told.index()

    assert told.find(ChatQuery("crash", ChatMode.VECTOR)) == [first, second]
    assert told.find(ChatQuery("crash -lunch", ChatMode.VECTOR)) == [first]


def test_nobody_finds_the_meaning_of_what_others_said(url: str, database: Database) -> None:
    mine, theirs = Told(url, database), Told(url, database)
    mine.tell("segfault")
    mine.index()

    assert mine.find(ChatQuery("crash"))
    assert theirs.find(ChatQuery("crash")) == []


def test_messages_of_a_deleted_session_are_not_found(told: Told) -> None:
    told.tell("segfault")
    told.index()
    execute(told.url, "update chat_sessions set status = 'deleted'")

    assert told.find(ChatQuery("crash", ChatMode.VECTOR)) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ChatFilters(), {0, 1, 2}),
        (ChatFilters(role="user"), {0, 1}),
        (ChatFilters(model="m"), {2}),
        (ChatFilters(tags=("t",)), {2}),
        (ChatFilters(tags=("t", "u")), {0, 1, 2}),
        (ChatFilters(after=START + timedelta(minutes=1)), {1}),
        (ChatFilters(before=START + timedelta(minutes=1)), {0, 2}),
    ],
)
def test_filters_hold_for_meaning(told: Told, filters: ChatFilters, expected: set[int]) -> None:
    messages = told.tell("segfault", "segfault again", tags=("u",)) + told.tell("segfault third", tags=("t",))
    execute(told.url, "update chat_message_cache set role = 'assistant', model = 'm' where id = %s", messages[2])
    told.index()

    found = told.find(ChatQuery("crash", ChatMode.VECTOR, filters=filters))

    assert {messages.index(each) for each in found} == expected


def test_one_session_is_searched_by_meaning(told: Told) -> None:
    (inside,) = told.tell("segfault")
    told.tell("segfault as well")
    told.index()
    with psycopg.connect(told.url) as connection:
        row = connection.execute("select session_id from chat_message_cache where id = %s", (inside,)).fetchone()
    assert row is not None

    assert told.find(ChatQuery("crash", filters=ChatFilters(session_id=row[0]))) == [inside]


def test_filters_that_leave_little_still_find_what_is_far_down(told: Told) -> None:
    told.tell(*["segfault"] * 700)
    (tagged,) = told.tell("dog " * 3 + "segfault", tags=("t",))
    told.index()

    assert told.find(ChatQuery("crash", ChatMode.VECTOR, filters=ChatFilters(tags=("t",)))) == [tagged]


def test_the_reply_says_what_waits_and_what_failed(told: Told) -> None:
    told.tell("segfault", "second")
    before = told.search(ChatQuery("crash")).index
    told.index()
    told.tell("third", "fourth")
    execute(told.url, "update chat_index_state set error = 'no' where message_id = (select id from chat_message_cache "
                      "where content = 'fourth')")  # fmt: skip

    after = told.search(ChatQuery("crash")).index

    assert (before.pending, before.failed) == (2, 0)
    assert (after.pending, after.failed) == (1, 1)


def test_before_there_is_an_index_no_more_are_counted_than_are_worth_knowing_of(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.tell("segfault", "second", "third")

    assert told.search(ChatQuery("crash")).index.pending == 3
    monkeypatch.setattr(sql.chat, "MOST_COUNTED", 2)
    assert told.search(ChatQuery("crash")).index.pending == 2


def test_while_much_waits_no_more_is_counted_than_is_worth_knowing_of(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.tell("segfault")
    told.index()
    told.tell("second", "third", "fourth")

    assert told.search(ChatQuery("crash")).index.pending == 3
    monkeypatch.setattr(sql.chat, "MOST_COUNTED", 2)
    assert told.search(ChatQuery("crash")).index.pending == 2


def test_newest_first_meaning_alone_keeps_out_of_a_hybrid_search(told: Told) -> None:
    first, _, third = told.tell("crash", "segfault", "crash again")
    told.index()

    assert told.find(ChatQuery("crash", taste=Taste(Sort.NEWEST))) == [third, first]


def test_recency_moves_the_newer_of_equals_up_and_the_older_down(told: Told) -> None:
    old, new = told.tell("segfault", "segfault dog")
    execute(told.url, "update chat_message_cache set created_at = created_at - interval '1 year' where id = %s", old)
    told.index()

    assert told.find(ChatQuery("crash", ChatMode.VECTOR)) == [old, new]
    assert told.find(ChatQuery("crash", ChatMode.VECTOR, taste=Taste(recency=1.0))) == [new, old]


def test_a_message_at_the_end_of_time_makes_no_other_old() -> None:
    moments = [FarMoment.of("infinity"), START, START - timedelta(days=90), FarMoment.of("-infinity"), None]
    found = [ChatCandidate(UUID(int=number), moment, Evidence.LITERAL, 1.0) for number, moment in enumerate(moments)]

    scores = {each.id.int: each.score for each in fuse(found, Taste(recency=0.5))}
    best = scores[1]

    assert [scores[number] / best for number in range(5)] == pytest.approx([1, 1, 0.75, 0.5, 0.5])


def test_a_message_of_a_moment_ahead_is_of_now_and_makes_no_other_old() -> None:
    moments = [START + timedelta(days=9_000), START, START - timedelta(days=90)]
    found = [ChatCandidate(UUID(int=number), moment, Evidence.LITERAL, 1.0) for number, moment in enumerate(moments)]

    scores = {each.id.int: each.score for each in fuse(found, Taste(recency=0.5), now=START)}

    assert [scores[number] / scores[1] for number in range(3)] == pytest.approx([1, 1, 0.75])


def test_a_search_by_recency_takes_a_message_of_a_moment_ahead_for_one_of_now(told: Told) -> None:
    # The older one is better, but not by as much as a year takes.
    old, new, ahead = told.tell("segfault", "segfault dog", "segfault dog dog dog")
    for message_id, age in ((old, "1 year"), (new, "0"), (ahead, "-100 years")):
        execute(
            told.url, "update chat_message_cache set created_at = now() - %s::interval where id = %s", age, message_id
        )
    told.index()

    found = told.find(ChatQuery("crash", ChatMode.VECTOR, taste=Taste(recency=1.0)))

    assert found == [new, ahead, old]


@pytest.mark.parametrize("moment", [None, FarMoment.of("infinity"), FarMoment.of("-infinity")])
def test_recency_tells_messages_without_a_time_not_apart(moment: datetime | None) -> None:
    found = [ChatCandidate(UUID(int=number), moment, Evidence.LITERAL, 1.0) for number in range(2)]

    aged, ageless = (fuse(found, Taste(recency=recency)) for recency in (0.5, 0.0))

    assert [each.score for each in aged] == [each.score for each in ageless]


@pytest.mark.parametrize(
    ("tool_output", "expected"),
    [(ToolOutput.INCLUDE, [1, 0]), (ToolOutput.DEMOTE, [0, 1]), (ToolOutput.EXCLUDE, [0])],
)
@pytest.mark.parametrize("mode", [ChatMode.HYBRID, ChatMode.VECTOR, ChatMode.FULLTEXT])
def test_what_becomes_of_the_output_of_tools(
    told: Told, mode: ChatMode, tool_output: ToolOutput, expected: list[int]
) -> None:
    messages = told.tell("a crash", "a crash")
    execute(told.url, "update chat_message_cache set kind = 'tool' where id = %s", messages[1])
    told.index()

    found = told.find(ChatQuery("crash", mode, taste=Taste(tool_output=tool_output)))

    assert [messages.index(each) for each in found] == expected


def test_a_snippet_of_a_hit_by_meaning_shows_the_part_that_is_near(told: Told) -> None:
    text = "\n\n".join(["lunch and tea " * 60] * 3 + ["segfault " * 30] + ["lunch and tea " * 60] * 3)
    told.tell(text)
    told.index()

    (hit,) = told.search(ChatQuery("crash", ChatMode.VECTOR)).results

    assert "segfault" in text[hit.snippet.start : hit.snippet.start + 1200]
    assert hit.snippet.start > 0
    assert hit.snippet.matches == ()


def test_a_switch_of_the_model_is_followed(told: Told) -> None:
    (answer,) = told.tell("segfault")
    told.index()
    assert told.find(ChatQuery("crash")) == [answer]
    told.encoder._load = lambda _: NearEncoder(dimensions=128)

    index_now(told.url, NearEncoder(dimensions=128))

    assert told.find(ChatQuery("crash")) == [answer]
