"""What codingit.search_chat_candidates finds, whom it refuses, and that indexes answer where a policy is in the way."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from models.caller import ANON, SERVICE, Caller, user
from models.errors import NotFoundError
from sql.chat import ChatCandidateQuery, ChatFilters, Evidence, Marks, WordGroup, read_chat_winners
from sql.database import Connection
from tests.chatting import START, asking, candidates, found, new_session, say
from tests.conftest import become, make_user, refusal
from tests.plans import index_conditions

CALL = """select * from codingit.search_chat_candidates(
  '[{"words": "secret"}]', '%%', null, null, null, true, 1, null, null, null, null, null, null, false, false, 50)"""


@pytest.fixture
def alice(connection: Connection) -> UUID:
    return make_user(connection)


@pytest.fixture
def session(connection: Connection, alice: UUID) -> UUID:
    return new_session(connection, alice)


MESSAGE = "The connection was refused by src/cart.py: foo.bar() raised E0308 in search_hybrid, 100% sure"


@pytest.mark.parametrize(
    "wanted",
    [
        asking('"connections" "refuse"'),
        asking('"connection was refused"'),
        asking('"nowhere" or "refused"'),
        asking('"refused" -"accepted"'),
        asking('"e0308"'),
        asking(literal="%SEARCH\\_HYBRID%"),
        asking(literal="%100\\%%"),
        asking(literal="%ar(%"),
        asking(similar=("conection", "refusd")),
        asking(similar=("serch_hybird",)),
        asking(any_words=("unheard", "refused")),
    ],
)
def test_finds_the_message(connection: Connection, alice: UUID, session: UUID, wanted: ChatCandidateQuery) -> None:
    message = say(connection, session, MESSAGE)
    say(connection, session, "Nothing of the kind")
    assert found(connection, alice, wanted) == [message]


@pytest.mark.parametrize(
    "wanted",
    [
        asking('"refused" -"connection"'),
        asking('"refused connection"'),
        asking('"refused" "accepted"'),
        asking(literal="%search\\%hybrid%"),
        asking(literal="%foo\\_bar%"),
        asking(similar=("xylophone",)),
    ],
)
def test_does_not_find_the_message(
    connection: Connection, alice: UUID, session: UUID, wanted: ChatCandidateQuery
) -> None:
    say(connection, session, MESSAGE)
    assert found(connection, alice, wanted) == []


def test_words_that_the_parser_cuts_strangely_are_found_as_they_stand(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    path = say(connection, session, "look into /srv/app/src/cart.py please")
    both = say(connection, session, "refused in lib/src/cart.py again")
    group = WordGroup('"src/cart.py" "refused"', '"refused"', ("%src/cart.py%",))
    assert found(connection, alice, replace(asking(), groups=(group,))) == [both]
    alone = WordGroup('"src/cart.py"', "", ("%src/cart.py%",))
    assert set(found(connection, alice, replace(asking(), groups=(alone,)))) == {path, both}
    refused = WordGroup('"src/cart.py" -"lib/src"', "", ("%src/cart.py%",), ("%lib/src%",))
    assert found(connection, alice, replace(asking(), groups=(refused,))) == [path]


def test_a_message_is_searchable_in_the_transaction_that_writes_it(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    become(connection, user(alice))
    message = say(connection, session, "the quokka sleeps")
    for wanted in (asking('"quokka"'), asking(literal="%uokk%"), asking(similar=("quoka",))):
        assert found(connection, alice, wanted) == [message]
    become(connection, user(alice))
    connection.execute("update chat_message_cache set content = 'the wombat sleeps' where id = %s", (message,))
    for wanted in (asking('"wombat"'), asking(literal="%ombat%"), asking(similar=("wombta",))):
        assert found(connection, alice, wanted) == [message]
    for wanted in (asking('"quokka"'), asking(literal="%uokk%"), asking(similar=("quoka",))):
        assert found(connection, alice, wanted) == []


@pytest.mark.parametrize("what", ["delete from chat_message_cache", "update chat_message_cache set content = 'else'"])
def test_words_that_nobody_says_any_more_are_forgotten(
    connection: Connection, alice: UUID, session: UUID, what: str
) -> None:
    say(connection, session, "quokka and it's \\ 'quoted' a\\b foo.bar/baz", minute=1)
    say(connection, session, "quokka stays", minute=2)
    connection.execute(f"{what} where message_id = 'm1'".encode())
    rows = connection.execute("select term from chat_terms where user_id = %s", (alice,)).fetchall()
    assert {term for (term,) in rows} - {"els"} == {"quokka", "stay"}


def test_a_deleted_user_leaves_no_words(connection: Connection, alice: UUID, session: UUID) -> None:
    say(connection, session, "quokka")
    connection.execute("delete from auth.users where id = %s", (alice,))
    assert connection.execute("select count(*) from chat_terms where user_id = %s", (alice,)).fetchone() == (0,)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ChatFilters(), "abc"),
        (ChatFilters(role="assistant"), "b"),
        (ChatFilters(model="gpt"), "c"),
        (ChatFilters(tags=("work",)), "c"),
        (ChatFilters(tags=("work", "home")), "c"),
        (ChatFilters(tags=()), ""),
        (ChatFilters(after=START + timedelta(minutes=2)), "bc"),
        (ChatFilters(before=START + timedelta(minutes=2)), "a"),
        (ChatFilters(role="assistant", model="gpt"), ""),
    ],
)
def test_filters(connection: Connection, alice: UUID, filters: ChatFilters, expected: str) -> None:
    first, second = new_session(connection, alice), new_session(connection, alice, tags=("work", "urgent"))
    messages = {
        say(connection, first, "quokka", minute=1): "a",
        say(connection, first, "quokka", minute=2, role="assistant"): "b",
        say(connection, second, "quokka", minute=3, model="gpt"): "c",
    }
    hits = found(connection, alice, asking('"quokka"', filters=filters))
    assert "".join(sorted(messages[hit] for hit in hits)) == expected
    assert found(connection, alice, asking('"quokka"', filters=replace(filters, session_id=first))) == [
        hit for hit in hits if messages[hit] in "ab"
    ]


def test_messages_of_deleted_sessions_never_come_up(connection: Connection, alice: UUID, session: UUID) -> None:
    say(connection, session, "quokka")
    connection.execute("update chat_sessions set status = 'archived' where id = %s", (session,))
    assert len(found(connection, alice, asking('"quokka"'))) == 1
    connection.execute("update chat_sessions set status = 'deleted' where id = %s", (session,))
    for wanted in (
        asking('"quokka"'),
        asking(literal="%quokka%"),
        asking(similar=("quoka",)),
        asking(any_words=("quokka",)),
    ):
        assert found(connection, alice, wanted) == []


def test_a_session_that_is_deleted_or_anothers_does_not_exist(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    bobs = new_session(connection, make_user(connection))
    connection.execute("update chat_sessions set status = 'deleted' where id = %s", (session,))
    for unknown in (session, bobs, uuid.uuid4()):
        with pytest.raises(NotFoundError):
            found(connection, alice, asking('"quokka"', filters=ChatFilters(session_id=unknown)))


def test_better_and_then_newer_messages_come_first(connection: Connection, alice: UUID, session: UUID) -> None:
    padding = " word" * 300
    long = say(connection, session, "quokka" + padding, minute=3)
    old = say(connection, session, "quokka here", minute=1)
    new = say(connection, session, "quokka here", minute=2)
    assert found(connection, alice, asking('"quokka"')) == [new, old, long]
    assert found(connection, alice, asking(literal="%quokka%")) == [new, old, long]
    assert found(connection, alice, asking('"quokka"', newest=True)) == [long, new, old]
    assert found(connection, alice, asking('"quokka"', newest=True, most=2)) == [long, new]


def test_weaker_evidence_is_asked_for_only_when_there_is_too_little(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    exact = say(connection, session, "quokka")
    near = say(connection, session, "quokkas quoka")
    wanted = asking('"quokka" -"quoka"', similar=("quokka",), any_words=("quoka",))
    assert set(found(connection, alice, wanted)) == {exact, near}, "some of the words are asked for in any case"
    wanted = replace(wanted, newest=True)
    assert found(connection, alice, wanted) == [exact]
    evidence = {each.evidence for each in candidates(connection, alice, replace(wanted, enough=2)) if each.id == near}
    assert evidence == {Evidence.ANY, Evidence.SIMILAR}


def test_the_literal_of_common_words_is_looked_for_in_what_the_words_found(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    apart = say(connection, session, "quokka wombat")
    within = say(connection, session, "quokkas")
    said = say(connection, session, "quokka")

    def literally(enough: int) -> set[UUID]:
        wanted = asking('"quokka"', literal="%quokka%", enough=enough)
        return {each.id for each in candidates(connection, alice, wanted) if each.evidence is Evidence.LITERAL}

    assert literally(enough=4) == literally(enough=3) == {apart, within, said}
    unheard = say(connection, session, "xquokkax")
    assert unheard in literally(enough=4), "looked for everywhere when the words find too little"
    assert unheard not in literally(enough=3)


def test_rare_words_weigh_more_than_those_that_are_said_often(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    for minute in range(30):
        say(connection, session, f"the build of today number {minute}", minute=minute)
    rare = say(connection, session, "a wombat", minute=40)
    found_by_any = candidates(connection, alice, asking(any_words=("build", "wombat")))
    assert max(found_by_any, key=lambda each: each.score).id == rare


def test_some_of_the_words_are_found_in_similar_spelling(connection: Connection, alice: UUID, session: UUID) -> None:
    message = say(connection, session, "the connection pool")
    assert found(connection, alice, asking(any_words=("conection", "unheard"))) == [message]


def test_known_words_are_widened_only_on_request(connection: Connection, alice: UUID, session: UUID) -> None:
    known = say(connection, session, "request")
    similar = say(connection, session, "requests reqest")
    misspelt = say(connection, session, "reqest")
    assert set(found(connection, alice, asking(similar=("request",)))) == {known, similar, misspelt}
    assert set(found(connection, alice, asking(similar=("request",), widen_known=False))) == {known, similar}


def test_the_same_texts_of_another_user_are_never_found(connection: Connection, alice: UUID, session: UUID) -> None:
    bob = make_user(connection)
    mine = say(connection, session, MESSAGE)
    theirs = say(connection, new_session(connection, bob), MESSAGE)
    queries = [
        asking('"refused"'),
        asking(literal="%refused%"),
        asking(similar=("refusd",)),
        asking(any_words=("refused",)),
    ]
    for wanted in queries:
        assert found(connection, alice, wanted) == [mine]
        assert found(connection, bob, wanted) == [theirs]
        assert found(connection, make_user(connection), wanted) == []


def test_words_of_another_user_widen_nothing(connection: Connection, alice: UUID, session: UUID) -> None:
    say(connection, new_session(connection, make_user(connection)), "quokka")
    say(connection, session, "quoll")
    become(connection, None)
    rows = connection.execute("select term from codingit.similar_chat_terms(%s, '{quokka}', true)", (alice,)).fetchall()
    assert rows == []


@pytest.mark.parametrize(("caller", "state"), [(ANON, "42501"), (SERVICE, "42501"), (user(uuid.uuid4()), None)])
def test_only_signed_in_users_may_search(connection: Connection, caller: Caller, state: str | None) -> None:
    assert refusal(connection, caller, CALL.replace("%%", "%")) == state


def test_a_caller_without_a_subject_is_refused(connection: Connection) -> None:
    connection.execute("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', '{}', true)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(CALL.replace("%%", "%").encode())


@pytest.mark.parametrize(
    "statement",
    [
        "select * from chat_terms",
        "insert into chat_terms values (auth.uid(), 'x')",
        "delete from chat_terms",
        "select * from codingit.similar_chat_terms(auth.uid(), '{x}', true)",
        "select * from codingit.match_chat("
        "auth.uid(), 'true', '1', '', null, null, null, null, null, null, null, null, null, null, false, false,"
        " 9)",
        "select * from codingit.weigh_chat_terms(auth.uid(), '{x}')",
        "select * from codingit.chat_in_scope(auth.uid(), null, null, null, null, null, null, false)",
    ],
)
def test_what_the_search_stands_on_is_closed(connection: Connection, alice: UUID, statement: str) -> None:
    assert refusal(connection, user(alice), statement) == "42501"


# Enough that the planner has a choice.
USERS, MESSAGES = 8, 24_000
FILL = """
insert into auth.users (id, email)
  select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, n || '@example.org'
  from generate_series(1, {users}) n;
insert into chat_sessions (id, session_id, user_id) select id, id::text, id from auth.users;
insert into chat_message_cache (session_id, message_id, role, content, created_at)
  select ('00000000-0000-0000-0000-' || lpad((1 + n % {users})::text, 12, '0'))::uuid, n::text, 'user',
    concat_ws(' ', 'message', md5(n::text), md5((n % 500)::text), case when n % 4000 = 1 then 'rarequokka' end),
    '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(1, {messages}) n;
"""
ALICE = UUID(int=2)


@pytest.fixture(scope="module")
def crowd(clone: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    with clone() as url:
        with psycopg.connect(url, autocommit=True) as filling:
            filling.execute(FILL.format(users=USERS, messages=MESSAGES).encode())
            filling.execute("vacuum analyze chat_message_cache, chat_terms")
        yield url


MESSAGES_BY_WORD = "idx_chat_message_cache_user_content_vector"
MESSAGES_BY_TRIGRAM = "idx_chat_message_cache_content_trgm"
INDEXED = [
    (asking('"rarequokka"'), MESSAGES_BY_WORD, "@@"),
    (asking('"rarequokka"', newest=True), MESSAGES_BY_WORD, "@@"),
    (asking(literal="%rarequokka%"), MESSAGES_BY_TRIGRAM, "~~*"),
    (asking(similar=("rarequoka",)), "chat_terms_fuzzy", "%"),
    (asking(similar=("rarequoka",)), MESSAGES_BY_WORD, "@@"),
    (asking(any_words=("rarequokka", "nowhere")), MESSAGES_BY_WORD, "@@"),
]


@pytest.mark.parametrize(("wanted", "index", "operator"), INDEXED)
def test_a_search_as_authenticated_is_answered_by_the_index(
    crowd: str, wanted: ChatCandidateQuery, index: str, operator: str
) -> None:
    with psycopg.connect(crowd) as connection:
        conditions = index_conditions(connection, lambda: candidates(connection, ALICE, wanted))
        hits = found(connection, ALICE, wanted)
    assert len(hits) == MESSAGES // 4000
    # One index for both: what a search costs grows with the user's messages and not with the table.
    assert [name for name, condition in conditions if operator in condition and "user_id" in condition] == [index]


@pytest.mark.parametrize(("index", "operator"), [(MESSAGES_BY_WORD, "@@"), (MESSAGES_BY_TRIGRAM, "~~*")])
def test_without_the_index_no_other_answers_as_well(crowd: str, index: str, operator: str) -> None:
    wanted = asking('"rarequokka"', literal="%rarequokka%", enough=0)
    with psycopg.connect(crowd) as connection:
        connection.execute(f"drop index {index}".encode())
        conditions = index_conditions(connection, lambda: candidates(connection, ALICE, wanted))
        connection.rollback()
    assert not any(operator in condition and "user_id" in condition for _, condition in conditions)


@pytest.mark.parametrize(
    ("literal", "asked_of_index"),
    [
        ("%{common} rarequokka%", {"%{common}%", "%rarequokka%"}),
        ("%essage {rare} {common} rarequok%", {"%{rare}%", "%{common}%"}),
        ("%message%", {"%message%"}),
        ("%nowhere to be found%", {"%nowhere to be found%"}),
    ],
)
def test_of_a_sentence_to_the_letter_the_index_is_asked_for_its_rare_words(
    crowd: str, literal: str, asked_of_index: set[str]
) -> None:
    with psycopg.connect(crowd) as connection:
        rows = connection.execute(
            "select content from chat_message_cache where user_id = %s and content like '%%rarequokka' limit 1",
            (ALICE,),
        )
        ((content,),) = rows.fetchall()
        _, rare, common, _ = content.split()
        pattern = literal.format(rare=rare, common=common)
        words = tuple(pattern.strip("%").split())
        wanted = asking(literal=pattern, any_words=words, enough=1_000, most=200)
        conditions = index_conditions(connection, lambda: candidates(connection, ALICE, wanted))
        hits = {each.id for each in candidates(connection, ALICE, wanted) if each.evidence is Evidence.LITERAL}
        expected = connection.execute(
            "select id from chat_message_cache where user_id = %s and content ilike %s "
            "order by created_at desc limit 200",
            (ALICE, pattern),
        )
        assert hits == {row[0] for row in expected}
    asked = {
        each for _, condition in conditions if "~~*" in condition for each in re.findall(r"'(%[^']*%)'", condition)
    }
    # What the newest messages are full of is asked of no index.
    assert asked == (
        set() if "message" in words else {each.format(rare=rare, common=common) for each in asked_of_index}
    )


def test_what_an_alternative_has_looked_for_to_the_letter_is_looked_for_once(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    messages = {say(connection, session, text) for text in ("see src/cart.py", "in lib/src/cart.py:3", "src cart py")}
    group = WordGroup('"src/cart.py"', "", ("%src/cart.py%",))
    wanted = replace(asking(literal="%src/cart.py%", enough=10), groups=(group,))
    literal = [each.id for each in candidates(connection, alice, wanted) if each.evidence is Evidence.LITERAL]
    assert len(literal) == len(set(literal)) == 2
    assert set(literal) < messages
    narrower = replace(wanted, groups=(WordGroup('"src/cart.py" "see"', '"see"', ("%src/cart.py%",)),))
    beside = {each.id for each in candidates(connection, alice, narrower) if each.evidence is Evidence.LITERAL}
    assert beside == set(literal), "the alternative wants more than the text alone"


@pytest.mark.parametrize("pattern", ["%qu%", "%a.b%", "%::%"])
def test_a_text_without_a_trigram_is_not_asked_of_the_index(crowd: str, pattern: str) -> None:
    """It would read the index of all users from end to end."""
    with psycopg.connect(crowd) as connection:
        conditions = index_conditions(connection, lambda: candidates(connection, ALICE, asking(literal=pattern)))
    assert not any("~~*" in condition for _, condition in conditions)
    assert any("chat_message" in name and "user_id" in condition for name, condition in conditions)


COMMON = [
    asking('"message"', most=200),
    asking(literal="%message%", most=200),
    asking('"message"', newest=True, most=200),
]


@pytest.mark.parametrize("wanted", COMMON)
def test_what_is_everywhere_is_not_asked_of_the_index_of_words(crowd: str, wanted: ChatCandidateQuery) -> None:
    """It would give every message of the user."""
    with psycopg.connect(crowd) as connection:
        conditions = index_conditions(connection, lambda: candidates(connection, ALICE, wanted))
        hits = candidates(connection, ALICE, wanted)
    assert len(hits) == 200
    assert not any("@@" in condition or "~~*" in condition for _, condition in conditions)


SPEAKER = UUID(int=99)
SPEAK = """
insert into auth.users (id, email) values ('00000000-0000-0000-0000-000000000063', 'speaker@example.org');
insert into chat_sessions (id, session_id, user_id)
  select ('00000000-0000-0000-0001-' || lpad(n::text, 12, '0'))::uuid, 's' || n, '00000000-0000-0000-0000-000000000063'
  from generate_series(1, 20) n;
insert into chat_sessions (id, session_id, user_id)
  select gen_random_uuid(), 'other' || n, '00000000-0000-0000-0000-000000000001' from generate_series(1, 2000) n;
insert into chat_message_cache (session_id, message_id, role, content)
  select id, 'only', 'user', 'message' from chat_sessions where session_id like 'other%';
insert into chat_message_cache (session_id, message_id, role, content, created_at)
  select ('00000000-0000-0000-0001-' || lpad((1 + n / 500)::text, 12, '0'))::uuid, n::text, 'user',
    'message ' || md5(n::text), '2026-01-01'::timestamptz + n * interval '1 second'
  from generate_series(0, 9999) n;
analyze chat_message_cache, chat_sessions;
"""


@pytest.mark.parametrize("wanted", COMMON)
def test_the_newest_messages_are_read_in_order_and_not_session_by_session(
    crowd: str, wanted: ChatCandidateQuery
) -> None:
    """All messages of a user with few of the sessions would be sorted for the newest of them."""
    with psycopg.connect(crowd) as connection:
        connection.execute(SPEAK.encode())
        conditions = index_conditions(connection, lambda: candidates(connection, SPEAKER, wanted))
        hits = candidates(connection, SPEAKER, wanted)
        connection.rollback()
    assert len(hits) == 200
    used = {name for name, _ in conditions if name.startswith("idx_chat_message")}
    assert used == {"idx_chat_message_cache_user_id"}


def test_what_was_said_often_of_late_and_rarely_before_is_found_from_beginning_to_end(
    connection: Connection, alice: UUID, session: UUID
) -> None:
    spoken = [say(connection, session, "quokka" if n % 30 == 0 or n > 500 else "wombat", minute=n) for n in range(530)]
    expected = {message for n, message in enumerate(spoken) if n % 30 == 0 or n > 500}
    for wanted in (asking('"quokka"', most=200), asking(literal="%quokka%", most=200)):
        assert set(found(connection, alice, wanted)) == expected


def test_neighbours_are_read_in_order_from_the_session(crowd: str) -> None:
    with psycopg.connect(crowd) as connection:
        ids = found(connection, ALICE, asking('"rarequokka"'))

        def read() -> None:
            become(connection, user(ALICE))
            read_chat_winners(connection, ids, Marks(None, "", ""), 2, 10)

        conditions = index_conditions(connection, read)
    assert any(name == "idx_chat_message_cache_session_order" and "ROW" in condition for name, condition in conditions)


@pytest.mark.parametrize(
    ("condition", "operator"),
    [
        ("content_vector @@ websearch_to_tsquery('english', 'rarequokka')", "@@"),
        ("content ilike '%rarequokka%'", "~~*"),
    ],
)
def test_the_same_question_below_the_policy_reaches_no_index(crowd: str, condition: str, operator: str) -> None:
    """The trap that the function is for; should this fail, PostgreSQL has become cleverer."""
    statement = f"select id from chat_message_cache where user_id = (select auth.uid()) and {condition}".encode()

    def asked_by(caller: Caller | None) -> set[tuple[str, str]]:
        def run() -> None:
            become(connection, caller)
            connection.execute(statement)

        return index_conditions(connection, run)

    with psycopg.connect(crowd) as connection:
        become(connection, None)
        connection.execute("select set_config('request.jwt.claims', %s, true)", (user(ALICE).claims_json(),))
        assert any(operator in each for _, each in asked_by(None))
        assert not any(operator in each for _, each in asked_by(user(ALICE)))
