"""The page speaks of everything that the service can say, and its files are what they are said to be."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import fields

from indexer.languages import LANGUAGES
from search_api.ranking import Weights
from sql.chat import Evidence
from tests.page.conftest import ROOT
from tests.page.vendoring import FOLDER, LIST, VERSION, wanted

SCRIPTS = ROOT / "search_api" / "page" / "js"
# The highlighter has no grammar for these: they are shown without colours.
WITHOUT_COLOURS = {"hcl", "solidity", "zig", "text"}


def words_of(script: str, name: str) -> set[str]:
    """The keys of an object that a script exports."""
    text = (SCRIPTS / script).read_text(encoding="utf-8")
    (body,) = re.findall(rf"export const {name} = {{\n(.*?)^}};", text, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^  (\w+):", body, re.MULTILINE))


def test_each_part_of_a_score_is_explained() -> None:
    assert words_of("reasons.js", "CODE_REASONS") == {field.name for field in fields(Weights)} | {"reranker"}


def test_each_way_in_which_a_message_is_found_is_named() -> None:
    assert words_of("reasons.js", "CHAT_REASONS") >= {each.value for each in Evidence}


def test_each_language_of_the_index_has_colours_but_few() -> None:
    assert words_of("languages.js", "LANGUAGES") == {each.name for each in LANGUAGES} - WITHOUT_COLOURS


def test_each_grammar_that_the_page_asks_for_is_there() -> None:
    text = (SCRIPTS / "languages.js").read_text(encoding="utf-8")
    asked = set(re.findall(r'grammar: "(\w+)"', text))
    embedded = {
        name for each in re.findall(r"(?:embeds: |WEB = )\[(.*?)\]", text) for name in re.findall(r'"(\w+)"', each)
    }

    assert {f"languages/{name}.min.js" for name in asked | embedded} == set(wanted().values()) - {
        "LICENSE",
        "core.min.js",
    }


def test_the_highlighter_is_what_its_package_holds() -> None:
    document = json.loads(LIST.read_text(encoding="utf-8"))
    found = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()} - {LIST.name}

    assert document["version"] == VERSION
    assert set(document["sha256"]) == set(wanted().values()) == found
    for name, digest in document["sha256"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_no_script_of_the_page_makes_markup_of_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|new Function|\.srcdoc"
    )
    found = [path.name for path in sorted(SCRIPTS.glob("*.js")) if forbidden.search(path.read_text(encoding="utf-8"))]

    assert found == []
