"""Tasks by words and by meaning: the right one first, nothing of others, nothing stale, nothing for made-up words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import psycopg
import pytest

from models.caller import user
from models.encoder import Encoder, load_encoder
from search_api.active_encoder import ActiveEncoder
from search_api.everything import EverythingQuery, ResultType, search_everything
from search_api.task_search import TaskHit, fuse, search_tasks
from sql import task_search
from sql.database import Database
from tests.stubs import StubEncoder

PROMPTS = (
    "Login loop on Safari: people are sent back to the login page after single sign-on.",
    "Invoices off by a cent: totals of invoices differ from what the shop shows.",
    "Write a short summary of the roadmap for the weekly meeting.",
)
QUICK = load_encoder()


@pytest.fixture(scope="module")
def url(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with clone() as made:
        yield made


@pytest.fixture(scope="module")
def owner(url: str) -> UUID:
    return new_owner(url, *PROMPTS)


def new_owner(url: str, *prompts: str) -> UUID:
    user_id = uuid4()
    with psycopg.connect(url) as connection:
        connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{user_id}@localhost"))
        for prompt in prompts:
            connection.execute("insert into tasks (user_id, prompt) values (%s, %s)", (user_id, prompt))
    return user_id


def search(url: str, user_id: UUID, query: str, encoder: Encoder = QUICK, most: int = 10) -> list[TaskHit]:
    with Database(url) as database:
        rows = ActiveEncoder(database, lambda _: encoder).text_rows()
        with database.reading_as(user(user_id)) as connection:
            return search_tasks(connection, rows, query, most)


def prompts_of(hits: list[TaskHit]) -> list[str]:
    return [hit.task.prompt for hit in hits]


def test_a_question_in_other_words_finds_its_task(url: str, owner: UUID) -> None:
    for query, prompt in (
        ("user authentication keeps redirecting", PROMPTS[0]),
        ("payment amount mismatch", PROMPTS[1]),
    ):
        hits = search(url, owner, query)
        assert prompts_of(hits)[0] == prompt
        assert hits[0].meaning is not None
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_with_a_model_that_takes_its_time_words_find_tasks(url: str, owner: UUID) -> None:
    slow = StubEncoder(256)
    hits = search(url, owner, "invoices that differ", slow)
    assert prompts_of(hits) == [PROMPTS[1]]
    assert hits[0].meaning is None
    assert search(url, owner, "wrong bill", slow) == []
    assert slow.documents_encoded == 0


def test_what_was_typed_comes_before_what_is_only_near(url: str, owner: UUID) -> None:
    other = new_owner(url, "Browser sign in is broken for users of Safari", "Draw the roadmap of safari tours")
    assert prompts_of(search(url, other, "safari tours"))[0] == "Draw the roadmap of safari tours"


def test_quotes_and_minus_say_exactly_what_is_wanted(url: str, owner: UUID) -> None:
    assert prompts_of(search(url, owner, '"weekly meeting"')) == [PROMPTS[2]]
    assert search(url, owner, '"weekly gathering"') == []


def test_made_up_words_find_nothing(url: str, owner: UUID) -> None:
    assert search(url, owner, "qzxv wqxz") == []


def test_nobody_finds_the_tasks_of_others(url: str, owner: UUID) -> None:
    stranger = new_owner(url)
    for query in ("login loop on safari", "trouble of people who sign in"):
        assert search(url, owner, query)
        assert search(url, stranger, query) == []


def test_a_task_is_found_by_what_it_says_now(url: str) -> None:
    someone = new_owner(url, PROMPTS[2])
    found = []
    with Database(url) as database:
        rows = ActiveEncoder(database, lambda _: QUICK).text_rows()
        for prompt in (PROMPTS[2], PROMPTS[0]):
            with psycopg.connect(url) as connection:
                connection.execute("update tasks set prompt = %s where user_id = %s", (prompt, someone))
            with database.reading_as(user(someone)) as connection:
                hits = search_tasks(connection, rows, "user authentication keeps redirecting", 10)
            found.append(prompts_of(hits))
    assert found == [[], [PROMPTS[0]]]


def test_a_search_takes_one_connection_at_a_time_though_nothing_was_indexed_yet(url: str, owner: UUID) -> None:
    with Database(url, max_size=1) as database:
        asked = EverythingQuery("payment amount mismatch", (ResultType.TASK,))
        reply = search_everything(database, ActiveEncoder(database, lambda _: QUICK), user(owner), asked)

    assert [each.task.prompt for each in reply.results[:1] if each.task] == [PROMPTS[1]]


def test_of_very_many_tasks_the_newest_are_compared(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_search, "MOST_PROMPTS", 2)
    someone = new_owner(url, *PROMPTS)
    found = prompts_of(search(url, someone, "user authentication keeps redirecting"))
    assert set(found) <= set(PROMPTS[1:])
    assert prompts_of(search(url, someone, "login loop on safari"))[0] == PROMPTS[0], "words find older ones too"


def test_no_more_come_than_are_asked_for(url: str, owner: UUID) -> None:
    assert len(search(url, owner, "people and their invoices and meetings", most=2)) == 2


def test_meaning_decides_where_no_task_holds_all_that_was_typed() -> None:
    near = {1: 0.5, 2: 0.1, 3: -0.2}
    not_said, said = fuse({2: 0.4}, near), fuse({2: 1.4}, near)
    assert max(not_said, key=lambda task: not_said[task]) == 1
    assert max(said, key=lambda task: said[task]) == 2
    assert set(not_said) == set(said) == {1, 2}, "what is far is left out"
    assert set(fuse({2: 1.4}, {2: 0.9, 4: 0.05})) == {2}, "where it was typed, so is what is hardly near"
    assert fuse({}, {}) == {}
    assert set(fuse({5: 0.3}, {})) == {5}
