"""Whether a package may be learned from: only what is under a permissive licence, by the package's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_PERMISSIVE = re.compile(
    r"\b(?:mit|expat|x11|bsd|apache|isc|zlib|libpng|boost|bsl|psf|python|postgresql|unlicense|cc0|public[- ]domain|0bsd"
    r"|ncsa|hpnd|ruby|artistic|tcl|php|ftl|wtfpl|w3c|curl|openldap|oldap|unicode|historical|zpl|zope|edl|permissive|upl"
    r"|mirros|cnri|matplotlib|bouncycastle|scea|beerware|freebsd|edgewall|modified bsd|icu|ijg|blueoak"
    r"|academic)(?![a-z])",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:[al]?gpl|gnu|mpl|mozilla|eupl|epl|eclipse|cddl|cc[- ]by[- ](?:sa|nc)|sspl|busl|proprietary|commercial|osl"
    r"|cecill|qpl|sleepycat|elastic)(?![a-z])",
    re.IGNORECASE,
)
# What the head of a file says of itself, against its package.
_FILE_HEAD = 3000
_FILE_OTHER = re.compile(
    r"GNU (?:Affero |Lesser |Library )?(?:General )?Public|\b[AL]?GPL(?:v[23])?\b"
    r"|Mozilla Public License|Eclipse Public|CDDL"
)
_CLASSIFIER = re.compile(r"^Classifier: License :: (?:OSI Approved :: )?(.+)$", re.MULTILINE)
_FIELD = re.compile(r"^License(?:-Expression)?: (.+)$", re.MULTILINE)
_STANZA = re.compile(r"^Files:\s*\*\s*$(.*?)(?=^\s*$|\Z)", re.MULTILINE | re.DOTALL)
_LICENCE_LINE = re.compile(r"^License:\s*(\S.*)$", re.MULTILINE)
_KNOWN_TEXTS = {
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining",
    "BSD": "Redistribution and use in source and binary forms",
    "Apache-2.0": "Apache License",
    "ISC": "Permission to use, copy, modify, and",
    "Zlib": "This software is provided 'as-is', without any express or implied",
}


# What packages call a licence, and its SPDX identifier.
_SPDX = tuple(
    (re.compile(words, re.IGNORECASE), name)
    for words, name in (
        (r"bsd.?3|3.clause|new bsd|modified bsd|^bsd3$", "BSD-3-Clause"),
        (r"bsd.?2|2.clause|simplified bsd|^bsd2$", "BSD-2-Clause"),
        (r"bsd", "BSD-3-Clause"),
        (r"apache", "Apache-2.0"),
        (r"expat|\bmit\b|x11", "MIT"),
        (r"\bisc\b", "ISC"),
        (r"zlib|libpng", "Zlib"),
        (r"psf|python", "PSF-2.0"),
        (r"unlicense", "Unlicense"),
        (r"0bsd", "0BSD"),
        (r"cc0", "CC0-1.0"),
        (r"ruby", "Ruby"),
        (r"boost|bsl", "BSL-1.0"),
        (r"php", "PHP-3.01"),
        (r"wtfpl", "WTFPL"),
        (r"postgresql", "PostgreSQL"),
        (r"openldap", "OLDAP-2.8"),
        (r"zpl|zope", "ZPL-2.1"),
        (r"public.domain", "public domain"),
    )
)


def spdx_of(licence: str) -> str:
    """The SPDX identifier of the permissive choice that a package's own words give; those words where none is known."""
    choices = [one for one in re.split(r"\bor\b|\|\|?", licence, flags=re.IGNORECASE) if is_permissive(one)]
    names = [next((name for words, name in _SPDX if words.search(choice)), choice.strip()) for choice in choices]
    return " OR ".join(dict.fromkeys(names))


def is_permissive(licence: str) -> bool:
    """Whether a short name or an expression is permissive; a choice between two counts by the better one."""
    words = licence.strip()
    return any(
        _PERMISSIVE.search(choice) is not None and _OTHER.search(choice) is None
        for choice in re.split(r"\bor\b|\|\|?", words, flags=re.IGNORECASE)
    )


def allows_file(text: str) -> bool:
    """Whether the head of a file names a licence that asks for more."""
    return _FILE_OTHER.search(text[:_FILE_HEAD]) is None


def licence_of(files: Mapping[str, str]) -> str:
    """A package's licence from its own files of metadata, by path; empty when none says it."""
    for path, text in files.items():
        name = path.rsplit("/", 1)[-1]
        if name == "package.json":
            found = _of_npm(text)
        elif name == "METADATA":
            found = _of_wheel(text)
        elif name == "copyright":
            found = _of_debian(text)
        else:
            continue
        if found:
            return " ".join(found.split())[:60]
    return ""


def _of_npm(text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        return ""
    licence = data.get("license") or data.get("licenses") or ""
    if isinstance(licence, list):
        licence = " OR ".join(str(one.get("type", "") if isinstance(one, dict) else one) for one in licence)
    return str(licence.get("type", "")) if isinstance(licence, dict) else str(licence)


def _of_wheel(text: str) -> str:
    head = text.split("\n\n")[0]
    short = [found for found in _FIELD.findall(head) if 1 < len(found) < 60 and found != "UNKNOWN"]
    return short[0] if short else " OR ".join(_CLASSIFIER.findall(head)) or _by_text(text[:4000])


def _of_debian(text: str) -> str:
    stanza = _STANZA.search(text)
    if stanza is not None and (found := _LICENCE_LINE.search(stanza[1])) is not None:
        return found[1]
    found = _LICENCE_LINE.search(text)
    return found[1] if found is not None else _by_text(text)


def _by_text(text: str) -> str:
    joined = " ".join(text.split())
    if "GNU General Public" in joined or "Lesser General" in joined:
        return ""
    return next((name for name, words in _KNOWN_TEXTS.items() if words in joined), "")
