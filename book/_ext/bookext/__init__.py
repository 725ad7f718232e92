"""What this site does that Jupyter Book does not: one module a subject."""

from __future__ import annotations

from sphinx.application import Sphinx

from bookext import (
    absent,
    fork,
    glossary,
    ledger,
    mathematics,
    outputs,
    page_weight,
    repairs,
    replications,
)

PARTS = (
    absent,
    fork,
    glossary,
    ledger,
    mathematics,
    outputs,
    repairs,
    replications,
    page_weight,
)


def setup(app: Sphinx) -> dict[str, object]:
    """Register every part of the extension."""
    for part in PARTS:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
