"""What this site does that Jupyter Book does not: one module a subject."""

from __future__ import annotations

from pkgutil import iter_modules

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, object]:
    """Register every module of this folder."""
    for module in iter_modules(__path__):
        app.setup_extension(f"{__name__}.{module.name}")
    safe = {"parallel_read_safe": False, "parallel_write_safe": True}
    # To be raised when what is kept between builds, data or pages, gets another form.
    return {"version": "1", "env_version": 3, **safe}
