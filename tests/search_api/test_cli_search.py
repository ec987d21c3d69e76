"""What `codingit search` asks for, prints and exits with; a small server stands for the service."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest

from search_api.chat_fusion import ToolOutput
from search_api.chat_search import ChatMode
from search_api.cli import main
from search_api.cli.printing import choose_lines, mark_matches, print_code_reply
from search_api.cli.search import ONLY_CHAT, TOOL_OUTPUT, SearchMode
from search_api.client import CodeAnswer, Match
from search_api.code_search import Mode

RESULT = {
    "path": "/shop/prices.py",
    "project_id": None,
    "file_id": "5f4e0c1a-0000-4000-8000-000000000000",
    "language": "python",
    "kind": "function",
    "symbol": "round_price",
    "start_line": 10,
    "end_line": 12,
    "score": 1.25,
    "scores": {"dense": 0.5, "lexical": 0.75},
    "content": "import decimal\n\ndef round_price(amount):\n    return amount\n",
    "stale": True,
    "matched_lines": None,
    "matches": None,
    "asked_name": None,
}
FRESH = {"files": 3, "pending": 0, "failed": 0}
ANSWER = {"results": [RESULT], "index": FRESH, "widened": {}, "truncated": False, "took_ms": 1.0}


class Stub(ThreadingHTTPServer):
    """Answers each route with a fixed status and document, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, Any]] = {
            "/v1/search/code": (200, ANSWER),
            "/v1/search/chat": (200, {"results": [], "index": {"pending": 0, "failed": 0}, "took_ms": 1.0}),
            "/v1/projects?title=bakery&limit=1": (200, {"projects": [], "next": None}),
            "/v1/projects": (200, {"projects": [{"id": "p1", "title": "shop"}]}),
        }
        self.asked: list[tuple[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(json.loads(body))

    def do_GET(self) -> None:
        self._answer(None)

    def _answer(self, body: Any) -> None:
        self.server.asked.append((self.path, body))
        answers = self.server.answers
        status, document = answers.get(self.path) or answers[self.path.partition("?")[0]]
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        return


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("CODINGIT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("CODINGIT_TOKEN", "secret-token")
        yield server
        server.shutdown()
        thread.join()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["codingit", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_result_is_printed_with_its_place_symbol_score_and_lines(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(monkeypatch, "search", "round price", "--explain")

    printed = capsys.readouterr().out
    assert code == 0
    assert "1. /shop/prices.py:10-12  function round_price  1.250  (changed since it was indexed)" in printed
    assert "   12 | def round_price(amount):" in printed
    assert "because: dense +0.500, lexical +0.750" in printed


def test_a_result_that_defines_the_asked_name_beside_another_says_so(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.answers["/v1/search/code"] = (200, {**ANSWER, "results": [{**RESULT, "asked_name": "to_cents"}]})

    run(monkeypatch, "search", "to_cents")

    assert "1. /shop/prices.py:10-12  function round_price  with to_cents  1.250" in capsys.readouterr().out


def test_words_that_were_taken_for_others_are_told_in_one_list_as_in_code(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    widened = {"raund_prise": {"round_price": 0.6}}
    index = {"code": FRESH, "chat": None}
    every = {"results": [], "index": index, "left_out": {}, "widened": widened, "truncated": False, "took_ms": 1.0}
    stub.answers |= {"/v1/search": (200, every), "/v1/search/code": (200, {**ANSWER, "widened": widened})}

    for options in ((), ("--all",)):
        run(monkeypatch, "search", "raund_prise", *options)

        assert "No 'raund_prise' in this code; also looked for: round_price.\n" in capsys.readouterr().out


def test_what_is_not_indexed_is_told_by_reason_a_few_of_each(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skips = [{"path": f"/rows/{number}.py", "reason": "generated"} for number in range(8)]
    state = {
        "files": 30, "indexed": 10, "pending": 0, "failed": 0, "skipped": 20, "chunks": 12, "failures": [],
        "skips": [{"path": "/odd.js", "reason": "minified"}, *skips],
    }  # fmt: skip
    stub.answers["/v1/index/status"] = (200, state)

    run(monkeypatch, "status")

    assert capsys.readouterr().out.splitlines()[3:] == [
        *[f"  not indexed /rows/{number}.py: generated" for number in range(5)],
        "  not indexed, 3 more: generated",
        "  not indexed /odd.js: minified",
        "  not indexed, 11 more that are not listed",
    ]


def test_an_exact_match_is_shown_after_the_line_above_it(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "\n".join(f"line {number}" for number in range(1, 21)) + "\n"
    found = {**RESULT, "content": content, "end_line": 29, "matched_lines": [24, 28]}
    stub.answers["/v1/search/code"] = (200, {**ANSWER, "results": [found]})

    run(monkeypatch, "search", r"/^line 1[59]$/")

    assert stub.asked[-1][1]["query"] == r"/^line 1[59]$/"
    shown = [line.strip() for line in capsys.readouterr().out.splitlines() if " | " in line]
    assert shown == ["23 | line 14", "24 | line 15", "25 | line 16", "26 | line 17", "27 | line 18"]


def test_options_become_fields_of_the_request(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--mode", "fuzzy", "-n", "3", "--path", "**/*.py", "--language", "python", "--language", "go")

    run(monkeypatch, "search", "x", *options, "--project", "shop")

    assert stub.asked[-1] == (
        "/v1/search/code",
        {
            "query": "x",
            "mode": "fuzzy",
            "limit": 3,
            "path_glob": "**/*.py",
            "languages": ["python", "go"],
            "explain": False,
            "project_id": "p1",
        },
    )


def test_options_for_chats_become_fields_of_the_request(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "search", "--chat", "x", "--recency", "0.5", "--tool-output", "exclude")

    path, asked = stub.asked[-1]
    assert path == "/v1/search/chat"
    assert asked == {"query": "x", "mode": "hybrid", "limit": 5, "recency": 0.5, "tool_output": "exclude"}


def test_json_is_the_reply_of_the_service(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(monkeypatch, "search", "x", "--json")

    assert code == 0
    assert json.loads(capsys.readouterr().out) == stub.answers["/v1/search/code"][1]


def test_nothing_found_exits_with_1(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(monkeypatch, "search", "--chat", "x")

    assert code == 1
    assert capsys.readouterr().out == "Nothing found.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search",), "Missing argument"),
        (("search", "x", "--mode", "magic"), "'magic'"),
        (("search", "x", "--limit", "0"), "0 is not in the range"),
        (("search", "x", "--mode", "substring"), "for chats"),
        (("search", "x", "--chat", "--language", "go"), "--language is for code"),
        (("search", "x", "--recency", "0"), "--recency is for chats"),
        (("search", "x", "--all", "--tool-output", "exclude"), "--tool-output is for one kind"),
        (("search", "x", "--chat", "--recency", "2"), "2.0 is not in the range"),
        (("search", "x", "--project", "bakery"), "There are: shop."),
        (("nonsense",), "No such command"),
        (("status", "--json", "--watch"), "use one of them"),
        (("index", "/no/such/directory"), "is not a directory"),
        (("up", "/no/such/directory"), "is not a directory"),
        (("token", "--ttl", "soon"), "'soon' is no lifetime"),
        (("token", "--service", "--email", "a@example.org"), "exclude each other"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(
    stub: Stub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    code = run(monkeypatch, *arguments)

    assert code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "problem", "code"),
    [
        (401, {"code": "unauthenticated", "detail": "The token has expired.", "hint": "Make another."}, 1),
        (422, {"code": "invalid_request", "detail": "The query is empty.", "hint": "Say something."}, 2),
        (502, "no problem document", 3),
    ],
)
def test_a_refusal_is_told_in_two_lines_without_a_trace(
    stub: Stub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    problem: Any,
    code: int,
) -> None:
    stub.answers["/v1/search/code"] = (status, problem)

    ended = run(monkeypatch, "search", "x")

    told = capsys.readouterr().err
    assert told.count("\n") == 2
    assert "Traceback" not in told
    if isinstance(problem, dict):
        assert (ended, told) == (code, f"codingit: {problem['detail']}\n  {problem['hint']}\n")


def test_a_service_that_is_away_exits_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CODINGIT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CODINGIT_TOKEN", "x")

    code = run(monkeypatch, "search", "x")

    assert code == 3
    assert "cannot be reached" in capsys.readouterr().err


@pytest.mark.parametrize("asked", [("--debug", "search", "x"), ("search", "x", "--debug")])
def test_debug_shows_the_trace_wherever_it_stands(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    stub.answers["/v1/search/code"] = (401, {"code": "unauthenticated", "detail": "No.", "hint": "Yes."})

    run(monkeypatch, *asked)

    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_commands_choices_are_those_of_the_two_searches() -> None:
    modes = set(SearchMode)

    assert {mode.value for mode in modes - ONLY_CHAT} == set(Mode)
    assert {mode.value for mode in modes} == set(ChatMode)
    assert set(TOOL_OUTPUT) == set(ToolOutput)


@pytest.mark.parametrize(
    ("content", "query", "first", "lines"),
    [
        ("a\nb\nc\n", "zebra", 0, ["a", "b"]),
        ("\n\na\nb\nc", "zebra", 2, ["a", "b"]),
        ("a\nb\nthe zebra\nd", "zebras", 2, ["the zebra", "d"]),
        ("the zebra\nb\nc\nzebra stripes here", "stripes of zebras", 2, ["c", "zebra stripes here"]),
        ("", "x", 0, []),
        ("  \n\n", "x", 0, []),
        ("one line", "zebra", 0, ["one line"]),
    ],
)
def test_the_lines_shown_are_those_around_the_asked_words(
    content: str, query: str, first: int, lines: list[str]
) -> None:
    shown = choose_lines(content, query, most=2)

    assert shown == (first, lines)


def test_control_characters_of_a_file_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    result = {**RESULT, "content": "evil = '\x1b[2J\x07'\n", "path": "/a\x1b]0;b"}
    answer = msgspec.convert({**ANSWER, "results": [result]}, CodeAnswer)

    for colour in (False, True):
        print_code_reply(answer, "x", colour=colour)

    printed = capsys.readouterr().out
    assert "\x07" not in printed
    assert "[2J" in printed
    assert "\x1b[2J" not in printed
    assert "\x1b]0" not in printed


def test_matches_of_a_message_are_put_in_brackets() -> None:
    marked = mark_matches("one two three", [Match(0, 3, 0, 3), Match(8, 13, 8, 13)])

    assert marked == "[one] two [three]"


HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "numpy",
    "psycopg",
    "fastapi",
    "pydantic",
    "rich",
    "pygments",
}


@pytest.mark.parametrize("arguments", [("search", "x"), ("search", "x", "--json"), ("search", "x", "--chat")])
def test_a_search_loads_neither_the_encoder_nor_the_database_driver_nor_what_only_colours(
    stub: Stub, arguments: tuple[str, ...]
) -> None:
    program = (
        "import sys\n"
        "from search_api.cli import main\n"
        f"sys.argv = ['codingit', *{arguments!r}]\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(*sorted(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stdout
    assert "httpx" in done.stderr.split()
    assert HEAVY & set(done.stderr.split()) == set()


@pytest.mark.parametrize("command", ["index", "status"])
def test_asking_commands_load_neither_the_encoder_nor_the_database_driver(command: str) -> None:
    program = (
        "import sys\n"
        f"import search_api.cli.{command}, search_api.client, indexer.syncing, search_api.cli.progress\n"
        f"sys.exit(', '.join({HEAVY - {'rich', 'pygments'}!r} & set(sys.modules)) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
