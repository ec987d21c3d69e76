"""Where source packages are looked for: in the archives of Debian that the machine knows, the release itself first."""

from __future__ import annotations

from training.fetching import source_lines

INDEXES = """Debian\thttp://archive.example/debian-security/\tbookworm-security\tmain
Debian\thttp://archive.example/debian/\tbookworm-updates\tmain
Debian\thttp://archive.example/debian/\tbookworm\tmain
Debian\thttp://archive.example/debian/\tbookworm\tmain
Other\thttp://other.example/\tstable\tmain
"""


def test_the_release_is_asked_before_its_updates_and_others_are_not_asked() -> None:
    assert source_lines(INDEXES).splitlines() == [
        "deb-src http://archive.example/debian/ bookworm main",
        "deb-src http://archive.example/debian-security/ bookworm-security main",
        "deb-src http://archive.example/debian/ bookworm-updates main",
    ]
