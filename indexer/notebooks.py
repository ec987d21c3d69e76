"""What of a notebook is indexed: the sources of its cells, without outputs and attachments."""

from __future__ import annotations

import json


def cells_of_notebook(content: str) -> list[str] | None:
    """The text of each cell that has one, ending with an empty line; None when this is no notebook."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        return None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        return None
    texts = []
    for cell in cells:
        source = cell.get("source") if isinstance(cell, dict) else None
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        if isinstance(source, str) and source.strip():
            texts.append(source.rstrip("\n") + "\n\n")
    return texts
