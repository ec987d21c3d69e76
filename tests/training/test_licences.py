"""Which licences allow learning, and where a package says its own."""

from __future__ import annotations

import pytest

from training.licences import allows_file, is_permissive, licence_of, spdx_of


@pytest.mark.parametrize(
    "licence", ["MIT", "BSD-3-clause", "Apache-2.0", "Expat", "ISC", "Zlib", "GPL-2 or MIT", "MIT License", "PSF-2.0"]
)
def test_permissive_ones_do(licence: str) -> None:
    assert is_permissive(licence)


@pytest.mark.parametrize("licence", ["GPL-3+", "LGPL-2.1", "AGPL-3.0-or-later", "MPL-2.0", "", "UNLICENSED", "EPL-2.0"])
def test_others_and_none_do_not(licence: str) -> None:
    assert not is_permissive(licence)


def test_a_package_says_it_in_its_own_metadata() -> None:
    debian = "Format: x\n\nFiles: *\nCopyright: someone\nLicense: Expat\n\nFiles: debian/*\nLicense: GPL-2+\n"

    assert licence_of({"package/package.json": '{"license": "ISC"}'}) == "ISC"
    assert licence_of({"a-1.dist-info/METADATA": "Name: a\nLicense-Expression: MIT\n\nGPL\n"}) == "MIT"
    assert licence_of({"usr/share/doc/a/copyright": debian}) == "Expat"
    assert licence_of({"setup.py": "license='MIT'"}) == ""


def test_a_file_may_be_under_another_licence_than_its_package() -> None:
    assert not allows_file("/* This file is under the GNU General Public License */\nint a;")
    assert allows_file("/* MIT */\nint a;")


def test_names_of_one_licence_are_one_name() -> None:
    said = [
        "Expat",
        "MIT License",
        "MIT/X11",
        "Apache 2.0",
        "BSD3",
        "BSD-2-clause",
        "GPL-2 or Ruby",
        "Apache-2.0 or MIT",
    ]

    assert [spdx_of(one) for one in said] == [
        "MIT", "MIT", "MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "Ruby", "Apache-2.0 OR MIT",
    ]  # fmt: skip
