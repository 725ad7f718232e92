"""What this site does that Jupyter Book does not: one module a subject."""

from __future__ import annotations

from sphinx.application import Sphinx

from bookext import (
    fork,
    glossary,
    ledger,
    mathematics,
    outputs,
    page_weight,
    repairs,
    replications,
    tables,
)

PARTS = (
    fork,
    glossary,
    ledger,
    mathematics,
    outputs,
    repairs,
    replications,
    tables,
    page_weight,
)


def setup(app: Sphinx) -> dict[str, object]:
    """Register every part of the extension."""
    for part in PARTS:
        part.setup(app)
    safe = {"parallel_read_safe": False, "parallel_write_safe": True}
    # To be raised when the form of what ``outputs`` keeps in the environment changes.
    return {"version": "1", "env_version": 1, **safe}
