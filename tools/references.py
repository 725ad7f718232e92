"""Find the broken references of one page: ``python -m tools.references part/slug``.

Sphinx looks for them itself, in the memory of the last ``make book``: it reads what was
written since, and resolves the references of this page alone. Nothing is written.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from contextlib import redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory

import jupyter_book.sphinx
from sphinx.application import Sphinx
from sphinx.environment import CONFIG_OK

from tools import notebooks, site
from tools.notebooks import ROOT

UNCHECKED = "References were not checked, for the site is not built: make book"


class NotBuilt(Exception):  # noqa: N818 (no error)
    """There is no site, or one of other settings, to find the labels of others in."""


class OnePage(Sphinx):
    """Jupyter Book's Sphinx, which looks at one page instead of building a site."""

    def build(self, force_all: bool = False, filenames=()) -> None:
        """Read what is new, and resolve the references of one page."""
        if self.env.config_status != CONFIG_OK:  # all pages would have to be read
            raise NotBuilt
        for files in self.env.dependencies.values():
            # The tables of the whole book depend on every chapter, and label nothing.
            files.intersection_update(x for x in list(files) if _is_in_book(x))
        read = set(self.builder.read())
        list(self.env.check_dependents(self, read))  # which numbers figures
        page = self.env.path2doc(filenames[0])
        self.env.get_and_resolve_doctree(page, self.builder)


def _is_in_book(file: str) -> bool:
    return (ROOT / file).parent == ROOT / "book"


def main(chapter: str) -> list[str]:
    """Return what Sphinx says of a page, with its cells."""
    path = notebooks.find(chapter)
    if path not in notebooks.chapters():
        return [f"{os.path.relpath(path)} is not in _toc.yml, so on no page"]
    if not site.LISTED.is_file():
        raise NotBuilt
    said = io.StringIO()
    jupyter_book.sphinx.Sphinx = OnePage
    with TemporaryDirectory() as folder, redirect_stderr(said):
        failed = jupyter_book.sphinx.build_sphinx(
            ROOT,
            Path(folder, "html"),
            doctreedir=shutil.copytree(site.DOCTREES, Path(folder, "doctrees")),
            noconfig=True,
            path_config=ROOT / "_config.yml",
            confoverrides={
                "external_toc_path": (ROOT / "_toc.yml").as_posix(),
                "latex_individualpages": False,
                "nitpicky": True,
            },
            filenames=[str(path)],
            quiet=True,
        )
    if isinstance(failed, Exception):
        raise failed
    lines = site.warnings_in(said.getvalue())
    return [line for line in lines if line.startswith(os.path.relpath(path))]


if __name__ == "__main__":
    try:
        found = main(sys.argv[1])
    except NotBuilt:
        found = []
        print(UNCHECKED)
    print("".join(f"{line}\n" for line in found), end="")
    sys.exit(bool(found))
