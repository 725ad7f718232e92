"""What the headings of a chapter's parts are called here.

``chapter_headings`` in ``_config.yml`` says it for a book in another language; nothing
else of a chapter is known by its words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

CONFIG = Path(__file__).parents[2] / "_config.yml"


@cache
def table() -> dict[str, str]:
    """Return our heading -> that of this book, where it is another."""
    settings = yaml.safe_load(CONFIG.read_text("utf8"))["sphinx"]["config"]
    return settings.get("chapter_headings") or {}


def here(heading: str) -> str:
    """Return how a heading reads in this book."""
    return table().get(heading, heading)
