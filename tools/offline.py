"""Pack the built site for reading without a network: ``python -m tools.offline``.

The site needs no server and no other host, so its folder is packed as it is. Only the
excerpts under the results of a search are switched off: a browser does not let a page
fetch other pages from a disk.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import yaml

from tools import contents
from tools.notebooks import ROOT

OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # the same site gives the same bytes
OPTIONS = "_static/documentation_options.js"
EXCERPTS = b"SHOW_SEARCH_SUMMARY: true"


def name_of_book(root: Path = ROOT) -> str:
    """Return the book's title as a file name."""
    title = yaml.safe_load(contents.text_of(root / "_config.yml")).get("title") or ""
    return re.sub(r"\W+", "-", str(title)).strip("-").lower() or "book"


def main(root: Path = ROOT) -> Path:
    """Zip ``_build/html`` under one folder and return the path of the archive.

    Raises
    ------
    SystemExit
        If the site has not been built.
    """
    site = root / "_build" / "html"
    if not (site / "index.html").is_file():
        raise SystemExit("the site is not built: make book")
    name = name_of_book(root)
    archive = root / "_build" / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pack:
        for path in sorted(p for p in site.rglob("*") if p.is_file()):
            place, data = path.relative_to(site).as_posix(), path.read_bytes()
            if place == OPTIONS:
                data = data.replace(EXCERPTS, EXCERPTS.replace(b"true", b"false"))
            entry = zipfile.ZipInfo(f"{name}/{place}")
            entry.date_time, entry.external_attr = OLDEST_DATE, 0o644 << 16
            pack.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return archive


if __name__ == "__main__":
    made = main()
    print(f"{made} ({made.stat().st_size / 1e6:.1f} MB); open index.html in it")
