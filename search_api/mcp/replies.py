"""What a model reads of a call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolReply:
    """Text, and whether it tells of a failure."""

    text: str
    failed: bool = False
