"""Puts the highlighter's files into the page: `python -m tests.page.vendoring` fetches the pinned package with npm.

It writes what the package holds, byte for byte, and a list of digests that a test compares with the files.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@highlightjs/cdn-assets"
VERSION = "11.12.0"
FOLDER = Path(__file__).parents[2] / "search_api" / "page" / "vendor" / "highlight"
LIST = FOLDER / "vendored.json"
# Of 193 languages, those that the indexer knows (js/languages.js says which is whose) and what they embed.
LANGUAGES = (
    "bash", "c", "cmake", "cpp", "csharp", "css", "dart", "dockerfile", "elixir", "go", "graphql", "groovy", "haskell",
    "ini", "java", "javascript", "json", "julia", "kotlin", "lua", "makefile", "markdown", "nix", "objectivec", "ocaml",
    "perl", "php", "powershell", "python", "ruby", "rust", "scala", "scss", "sql", "swift", "typescript", "xml", "yaml",
)  # fmt: skip


def wanted() -> dict[str, str]:
    """Where each file of the package goes."""
    files = {"package/LICENSE": "LICENSE", "package/es/core.min.js": "core.min.js"}
    return files | {f"package/es/languages/{name}.min.js": f"languages/{name}.min.js" for name in LANGUAGES}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        name = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        digests = {}
        with tarfile.open(Path(folder) / name) as archive:
            for member, target in wanted().items():
                file = archive.extractfile(member)
                assert file is not None, member
                content = file.read()
                path = FOLDER / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                digests[target] = hashlib.sha256(content).hexdigest()
    document = {"package": PACKAGE, "version": VERSION, "licence": "BSD-3-Clause", "sha256": digests}
    LIST.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"{len(digests)} files of {PACKAGE} {VERSION}")


if __name__ == "__main__":
    main()
