"""The index follows the files, whoever writes them and however the worker ends."""

from __future__ import annotations

import logging
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from indexer.worker import Worker
from models.errors import SetupError
from sql.database import Database
from tests.chatting import new_session, say
from tests.indexing import (
    ask,
    execute,
    index_content,
    index_now,
    lexicon,
    new_project,
    new_user,
    orphans,
    put_file,
    recounted_lexicon,
)
from tests.search_api.test_http_limits import shut
from tests.stubs import StubEncoder

TWO_FUNCTIONS = """def read_settings(path):
    return parse(open(path).read())


def write_settings(path, settings):
    open(path, "w").write(render(settings))
"""


def paths(url: str) -> set[str]:
    return {row[1] for row in index_content(url)}


def numbered(count: int, word: str = "value") -> str:
    """A source long enough for several chunks."""
    body = "\n".join(f"    {word}_{line} = compute_{word}({line}, previous_{word})" for line in range(20))
    return "\n\n".join(
        f"def {word}_{number}(previous_{word}):\n{body}\n    return {word}_{number}" for number in range(count)
    )


def test_an_inserted_file_is_indexed(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/settings.py", TWO_FUNCTIONS)
    index_now(url, StubEncoder())
    defined = {name for row in index_content(url) for name in row[9]}
    assert {"read_settings", "write_settings"} <= defined


def test_an_edit_encodes_only_the_chunks_that_changed(url: str) -> None:
    user = new_user(url)
    source = numbered(8)
    put_file(url, user, "/app/values.py", source)
    encoder = StubEncoder()
    first = index_now(url, encoder)
    put_file(url, user, "/app/values.py", source.replace("compute_value(3, ", "recompute(3, ", 1))
    second = index_now(url, encoder)
    assert first.encoded > 3
    assert second.encoded == 1


def test_lines_move_without_encoding(url: str) -> None:
    user = new_user(url)
    source = numbered(8)
    put_file(url, user, "/app/values.py", source)
    encoder = StubEncoder()
    index_now(url, encoder)
    before = {row[10]: row[3] for row in index_content(url)}
    put_file(url, user, "/app/values.py", "import sys\nimport os\n" + "x = 1\n" * 60 + "\n\n" + source)
    report = index_now(url, encoder)
    after = {row[10]: row[3] for row in index_content(url)}
    moved = [text for text in before if text in after and after[text] == before[text] + 64]
    assert len(moved) >= len(before) - 1
    assert report.encoded <= 3


@pytest.mark.parametrize(
    "rename",
    [
        pytest.param("update workspace_files set path = '/app/renamed.py', name = 'renamed.py'", id="file"),
        pytest.param("update workspace_files set path = replace(path, '/app/', '/lib/core/')", id="directory"),
    ],
)
def test_a_renamed_file_is_found_under_its_new_path_and_its_code_is_not_encoded_again(url: str, rename: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/values.py", numbered(8))
    encoder = StubEncoder()
    first = index_now(url, encoder)
    execute(url, rename)
    second = index_now(url, encoder)
    assert "/app/values.py" not in paths(url)
    assert len(paths(url)) == 1
    assert second.encoded == 0
    assert second.chunks == first.chunks


def test_a_copy_in_another_file_is_not_encoded_again(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/one/app/values.py", numbered(8))
    encoder = StubEncoder()
    index_now(url, encoder)
    put_file(url, user, "/two/app/values.py", numbered(8))
    assert index_now(url, encoder).encoded == 0


def test_another_users_vectors_are_not_reused(url: str) -> None:
    put_file(url, new_user(url), "/app/values.py", numbered(2))
    encoder = StubEncoder()
    first = index_now(url, encoder)
    put_file(url, new_user(url), "/app/values.py", numbered(2))
    assert index_now(url, encoder).encoded == first.encoded


@pytest.mark.parametrize(
    "removal",
    [
        "delete from workspace_files",
        "delete from projects",
        "delete from auth.users",
        "update workspace_files set is_directory = true, content = ''",
        "update workspace_files set content = ''",
    ],
)
def test_what_is_gone_leaves_nothing_in_the_index(url: str, removal: str) -> None:
    user = new_user(url)
    project = new_project(url, user)
    for number in range(3):
        put_file(url, user, f"/app/f{number}.py", numbered(3, f"w{number}"), project)
    index_now(url, StubEncoder())
    execute(url, removal)
    index_now(url, StubEncoder())
    assert index_content(url) == set()
    assert lexicon(url) == Counter()
    assert orphans(url) == 0


def test_a_file_that_moves_to_another_project_takes_its_terms_along(url: str) -> None:
    user = new_user(url)
    first, second = new_project(url, user), new_project(url, user)
    put_file(url, user, "/app/a.py", numbered(3), first)
    index_now(url, StubEncoder())
    execute(url, "update workspace_files set project_id = %s", second)
    index_now(url, StubEncoder())
    assert {key[1] for key in lexicon(url)} == {second}
    assert lexicon(url) == recounted_lexicon(url)


def test_files_written_before_the_first_worker_are_indexed(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/settings.py", TWO_FUNCTIONS)
    assert ask(url, "select count(*) from code_index_state") == [(0,)]
    index_now(url, StubEncoder())
    assert paths(url) == {"/app/settings.py"}


def test_a_file_whose_state_was_lost_is_indexed_again(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/settings.py", TWO_FUNCTIONS)
    index_now(url, StubEncoder())
    whole = index_content(url)
    execute(url, "delete from code_index_state")
    execute(url, "delete from code_embeddings where ordinal = 0")
    index_now(url, StubEncoder())
    assert index_content(url) == whole


class FailingEncoder(StubEncoder):
    """Refuses every text with a certain word."""

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("poison" in text for text in texts):
            raise ValueError("cannot encode poison\nsecond line")
        return super().encode_documents(texts)


def test_a_failing_file_keeps_its_error_and_does_not_block_the_others(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/bad.py", "poison = 1\n")
    for number in range(5):
        put_file(url, user, f"/app/good{number}.py", f"good_{number} = {number}\n")
    report = index_now(url, FailingEncoder())
    assert report.failed == 1
    assert len(paths(url)) == 5
    state = "select error, attempts, retry_at > now() from code_index_state where error is not null"
    assert ask(url, state) == [("ValueError: cannot encode poison", 1, True)]


def test_a_failed_file_is_tried_again_when_it_changes(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/bad.py", "poison = 1\n")
    index_now(url, FailingEncoder())
    put_file(url, user, "/app/bad.py", "cure = 1\n")
    index_now(url, FailingEncoder())
    assert paths(url) == {"/app/bad.py"}
    assert ask(url, "select count(*) from code_index_state where error is not null") == [(0,)]


def test_a_failed_file_is_tried_again_after_its_backoff(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/bad.py", "poison = 1\n")
    index_now(url, FailingEncoder())
    execute(url, "update code_index_state set retry_at = now()")
    index_now(url, StubEncoder())
    assert paths(url) == {"/app/bad.py"}


def test_a_client_never_waits_for_a_worker_that_encodes(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/slow.py", "slow = 1\n")
    encoding, go_on = threading.Event(), threading.Event()

    class SlowEncoder(StubEncoder):
        def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
            encoding.set()
            assert go_on.wait(20)
            return super().encode_documents(texts)

    worker = threading.Thread(target=index_now, args=(url, SlowEncoder()))
    worker.start()
    assert encoding.wait(20)
    execute(url, "set lock_timeout = '2s'; update workspace_files set content = 'quick = 2'")
    go_on.set()
    worker.join()
    index_now(url, StubEncoder())
    assert [row[-1] for row in index_content(url)] == ["quick = 2"]


def test_an_edit_is_found_by_a_running_worker(url: str) -> None:
    user = new_user(url)
    put_file(url, user, "/app/a.py", "first = 1\n")
    stop = threading.Event()
    with Database(url, vectors=True, max_size=3) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,))
        thread.start()
        try:
            wait_until(lambda: any("first" in row[-1] for row in index_content(url)))
            put_file(url, user, "/app/a.py", "second = 2\n")
            wait_until(lambda: any("second" in row[-1] for row in index_content(url)))
        finally:
            stop.set()
            thread.join()
    assert len(index_content(url)) == 1


def test_the_house_is_kept_at_once_after_many_chunks(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.worker.MANY_CHUNKS", 3)
    user_id, stop = new_user(url), threading.Event()
    kept: list[int] = []
    with Database(url, min_size=1, vectors=True) as database:
        worker = Worker(database, StubEncoder(), on_idle=lambda _, written: kept.append(written))
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        try:
            wait_until(lambda: kept == [0])
            put_file(url, user_id, "/a.py", "first = 1\n")
            wait_until(lambda: stale_files(url) == 0)
            put_file(url, user_id, "/b.py", numbered(200))
            wait_until(lambda: len(kept) == 2)
        finally:
            stop.set()
            thread.join()

    chunks = ask(url, "select count(*) from code_embeddings")[0][0]
    assert chunks > 3
    assert kept == [0, chunks]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def start_worker(url: str, log: Path, seconds_per_text: float = 0.0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.indexer.worker_process", url, str(log), str(seconds_per_text)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end_worker(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def stale_files(url: str) -> int:
    rows = ask(url, "select count(*) from code_index_state where indexed_hash is distinct from wanted_hash")
    return int(rows[0][0])


def test_two_workers_never_take_the_same_file(url: str, tmp_path: Path) -> None:
    user = new_user(url)
    workers = [start_worker(url, tmp_path / f"log{number}", 0.02) for number in range(2)]
    try:
        for number in range(60):
            put_file(url, user, f"/app/f{number}.py", f"def only_here_{number}():\n    return {number}\n")
        wait_until(lambda: len(paths(url)) == 60 and stale_files(url) == 0)
    finally:
        for worker in workers:
            end_worker(worker)
    logs = [(tmp_path / f"log{number}").read_text().splitlines() for number in range(2)]
    assert all(logs), "one worker did everything, so the test shows nothing"
    assert max(Counter(logs[0] + logs[1]).values()) == 1


def write_storm(url: str, seed: int, rounds: int) -> None:
    """Edits, moves and deletes of one user's files, the same for the same seed."""
    chance = random.Random(seed)
    user = new_user(url, f"storm{seed}@example.org")
    projects = [new_project(url, user, f"p{number}") for number in range(2)]
    for _ in range(rounds):
        name = f"/p/f{chance.randrange(12)}.py"
        action = chance.random()
        if action < 0.7:
            content = numbered(chance.randrange(1, 5), f"w{chance.randrange(6)}")
            put_file(url, user, name, content, chance.choice(projects))
        elif action < 0.85:
            execute(url, "delete from workspace_files where user_id = %s and path = %s", user, name)
        else:
            moved = f"/q{chance.randrange(3)}/moved{chance.randrange(6)}.py"
            execute(
                url,
                """update workspace_files set path = %s where user_id = %s and path = %s
                and not exists (select from workspace_files where user_id = %s and path = %s)""",
                moved, user, name, user, moved,
            )  # fmt: skip


def comparable(url: str) -> set[tuple[object, ...]]:
    """The index by path and owner's address instead of ids that differ from run to run."""
    owners = dict(ask(url, "select id, email from auth.users"))
    return {(owners[row[0]], *row[1:]) for row in index_content(url)}


def test_after_kills_at_random_points_the_index_equals_that_of_an_undisturbed_run(
    clone: Callable[[], AbstractContextManager[str]], tmp_path: Path
) -> None:
    chance = random.Random(20261122)
    with clone() as disturbed, clone() as undisturbed:
        storm = threading.Thread(target=write_storm, args=(disturbed, 1, 150))
        storm.start()
        kills = 0
        while storm.is_alive() or kills < 8:
            worker = start_worker(disturbed, tmp_path / "log", 0.002)
            time.sleep(chance.uniform(0.0, 0.6))
            end_worker(worker)
            kills += 1
        storm.join()
        # The server may still be ending what the last worker left; its claims go with it.
        wait_until(lambda: index_now(disturbed, StubEncoder()).failed == 0 and stale_files(disturbed) == 0)
        write_storm(undisturbed, 1, 150)
        index_now(undisturbed, StubEncoder())
        left, right = comparable(disturbed), comparable(undisturbed)
        assert left ^ right == set()
        assert left
        assert orphans(disturbed) == 0
        assert lexicon(disturbed) == recounted_lexicon(disturbed)


def test_the_lexicon_equals_a_recount_after_a_storm_of_concurrent_edits(url: str) -> None:
    stop = threading.Event()
    with Database(url, vectors=True, max_size=8) as database:
        workers = [threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,)) for _ in range(2)]
        writers = [threading.Thread(target=write_storm, args=(url, seed, 60)) for seed in range(3)]
        for thread in workers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        wait_until(lambda: stale_files(url) == 0)
        stop.set()
        for thread in workers:
            thread.join()
    index_now(url, StubEncoder())
    assert lexicon(url) == recounted_lexicon(url)
    assert lexicon(url)
    assert orphans(url) == 0


def test_a_file_that_is_being_deleted_does_not_stop_a_worker_that_begins(url: str) -> None:
    user = new_user(url)
    # No worker has begun as yet, so that neither has a state.
    put_file(url, user, "/app/a.py", "a = 1\n")
    put_file(url, user, "/app/b.py", "b = 1\n")
    with psycopg.connect(url) as client:
        client.execute("delete from workspace_files where path = '/app/a.py'")
        index_now(url, StubEncoder())
    assert paths(url) == {"/app/b.py"}
    assert orphans(url) == 0


def test_a_message_that_is_being_deleted_does_not_stop_a_worker_that_begins(url: str) -> None:
    user = new_user(url)
    with psycopg.connect(url) as client:
        session = new_session(client, user)
        kept, deleted = (say(client, session, "words", minute=minute) for minute in range(2))
    with psycopg.connect(url) as client:
        client.execute("delete from chat_message_cache where id = %s", (deleted,))
        index_now(url, StubEncoder())
    assert ask(url, "select distinct message_id from chat_embeddings") == [(kept,)]
    assert ask(url, "select message_id from chat_index_state") == [(kept,)]


def test_a_worker_that_gave_way_to_clients_begins_again(url: str, caplog: pytest.LogCaptureFixture) -> None:
    user = new_user(url)
    put_file(url, user, "/app/a.py", "a = 1\n")
    put_file(url, user, "/app/b.py", "b = 1\n")
    index_now(url, StubEncoder())
    execute(url, "delete from code_index_state")
    edit = "update workspace_files set content = 'edited = 1' where path = %s"
    stop = threading.Event()
    with caplog.at_level(logging.WARNING), Database(url, vectors=True, max_size=3) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,))
        with psycopg.connect(url) as client:
            client.execute(edit, ("/app/b.py",))
            thread.start()
            # It has given /app/a.py a state, and waits for what becomes of the other's.
            wait_until(lambda: ask(url, WAITING) == [(1,)])
            client.execute(edit, ("/app/a.py",))
        wait_until(lambda: stale_files(url) == 0 and paths(url) == {"/app/a.py", "/app/b.py"})
        stop.set()
        thread.join()
    assert "in the way" in caplog.text
    assert {row[-1] for row in index_content(url)} == {"edited = 1"}


WAITING = """select count(*)::int from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and application_name = 'codingit'"""


def test_a_new_model_is_built_beside_the_old_one_and_then_takes_over(url: str) -> None:
    user = new_user(url)
    for number in range(4):
        put_file(url, user, f"/app/f{number}.py", f"name_{number} = {number}\n")
    old, new = StubEncoder(dimensions=64), StubEncoder(dimensions=32)
    index_now(url, old)
    with Database(url, vectors=True, max_size=3) as database:
        worker = Worker(database, new, load_active=lambda active: old)
        with worker.session() as (claims, assignments):
            worker.step(claims, assignments)
            put_file(url, user, "/app/f0.py", "edited = 1\n")
            worker.step(claims, assignments)
            active = "select dimensions from embedding_models where active"
            assert ask(url, active) == [(64,)], "searches use the old model until the new one is complete"
            assert any("edited" in row[-1] for row in index_content(url)), "and the old index stays current"
        worker.run_until_idle()
    assert ask(url, active) == [(32,)]
    assert len(paths(url)) == 4


def test_a_worker_whose_model_was_replaced_stops_and_says_why(url: str) -> None:
    put_file(url, new_user(url), "/app/a.py", "a = 1\n")
    with Database(url, vectors=True, max_size=3) as database:
        old = Worker(database, StubEncoder(dimensions=64))
        with old.session() as (claims, assignments):
            old.step(claims, assignments)
            index_now(url, StubEncoder(dimensions=32))
            with pytest.raises(SetupError, match="Another worker has switched"):
                old._take_over(assignments)


def test_what_a_retired_model_left_is_taken_away(url: str) -> None:
    put_file(url, new_user(url), "/app/a.py", numbered(3))
    index_now(url, StubEncoder(dimensions=64))
    index_now(url, StubEncoder(dimensions=32))
    stop = threading.Event()
    with Database(url, vectors=True, max_size=3) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder(dimensions=32)).run, args=(stop,))
        thread.start()
        wait_until(lambda: ask(url, "select count(distinct model_id) from code_embeddings") == [(1,)])
        wait_until(lambda: lexicon(url) == recounted_lexicon(url))
        stop.set()
        thread.join()
    assert ask(url, "select count(distinct model_id) from code_index_state") == [(1,)]


def test_the_worker_survives_a_restart_of_the_database_connection(url: str) -> None:
    user = new_user(url)
    stop = threading.Event()
    with Database(url, vectors=True, max_size=3) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,))
        thread.start()
        put_file(url, user, "/app/a.py", "a = 1\n")
        wait_until(lambda: "/app/a.py" in paths(url))
        execute(url, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                     "and pid <> pg_backend_pid()")  # fmt: skip
        put_file(url, user, "/app/b.py", "b = 1\n")
        wait_until(lambda: "/app/b.py" in paths(url))
        stop.set()
        thread.join()


def test_the_worker_waits_for_a_database_that_is_gone(url: str, caplog: pytest.LogCaptureFixture) -> None:
    user = new_user(url)
    stop = threading.Event()
    with caplog.at_level(logging.WARNING), Database(url, vectors=True, max_size=3, wait_seconds=0.2) as database:
        thread = threading.Thread(target=Worker(database, StubEncoder()).run, args=(stop,), daemon=True)
        with shut(url):
            thread.start()
            wait_until(lambda: caplog.text.count("cannot be reached") >= 2)
        put_file(url, user, "/app/a.py", "a = 1\n")
        wait_until(lambda: "/app/a.py" in paths(url))
        stop.set()
        thread.join()
