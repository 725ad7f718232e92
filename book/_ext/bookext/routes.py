"""Routes: ways through the book for a purpose, from ``book/routes.yml``."""

from __future__ import annotations

import html
from pathlib import Path

import yaml
from sphinx.application import Sphinx

from bookext import roadmap
from bookext.tables import BOOK, add_table

FILE = BOOK / "routes.yml"
KEYS = {"name": str, "for": str, "chapters": list, "assumes": list}


def read(path: Path = FILE) -> list[dict]:
    """Return the routes, each with ``name``, ``for``, ``chapters`` and ``assumes``.

    Raises
    ------
    ValueError
        If a route has other keys, or values that are not of their form; the message
        says which route, and what there should be.
    """
    found = yaml.safe_load(path.read_text("utf8")) if path.is_file() else None
    routes = [{"assumes": [], **route} for route in found or []]
    for route in routes:
        right = {key: isinstance(route.get(key), kind) for key, kind in KEYS.items()}
        if route.keys() != KEYS.keys() or not all(right.values()):
            name = route.get("name", "a route without a name")
            raise ValueError(
                f"{path.name}, {name}: a route has a name, for (a sentence), chapters "
                f"(a list) and, if it likes, assumes (a list), not {list(route)}"
            )
    return routes


def faults(routes: list[dict], needs: dict[str, list[str]]) -> list[str]:
    """Return what is wrong with routes, given what each chapter of the book needs."""
    said = []
    for route in routes:
        known = set(route["assumes"])
        for name in [*route["assumes"], *route["chapters"]]:
            if name not in needs:
                said.append(f"{route['name']}: there is no chapter {name}")
        for name in route["chapters"]:
            if name in known:
                said.append(f"{route['name']}: {name} is named twice")
            for need in needs.get(name, []):
                if need in needs and need not in known:
                    said.append(
                        f"{route['name']}: {name} needs {need}; name it before, or "
                        "under assumes"
                    )
            known.add(name)
    return said


def entries(app: Sphinx) -> list[dict]:
    """Return the routes with the chapters that are here; none without a chapter."""
    known = {row["chapter"]: row for row in roadmap.entries(app)}
    found = []
    for route in read():
        own = [known[name] for name in route["chapters"] if name in known]
        assumed = [known[name] for name in route["assumes"] if name in known]
        if own:
            found.append({**route, "chapters": own, "assumes": assumed})
    return found


def hours(rows: list[dict]) -> str:
    """Return in words how long chapters take to read."""
    taken = max(1, round(sum(row["minutes"] for row in rows) / 60))
    chapters = f"{len(rows)} chapter{'s' if len(rows) > 1 else ''}"
    return f"{chapters}, about {taken} hour{'s' if taken > 1 else ''}"


def render(routes: list[dict], uri) -> str:
    """Return the routes as HTML; each opens on its chapters."""
    return "".join(_route(route, uri) for route in routes)


def _route(route: dict, uri) -> str:
    name, words = html.escape(route["name"]), html.escape(route["for"])
    assumed = ", ".join(_link(row, uri) for row in route["assumes"])
    assumed = f"<p>Takes as known: {assumed}.</p>" if assumed else ""
    items = "".join(f"<li>{_link(row, uri)}</li>" for row in route["chapters"])
    chapters = " ".join(row["chapter"] for row in route["chapters"])
    return (
        f'<details class="evidence-route" name="route" data-route="{chapters}">'
        f"<summary><b>{name}</b> <span>{hours(route['chapters'])}</span></summary>"
        f"<p>{words}</p>{assumed}<ol>{items}</ol></details>"
    )


def _link(row: dict, uri) -> str:
    page, title = uri(f"book/{row['chapter']}"), html.escape(row["title"])
    return f'<a href="{page}">{title}</a>'


def setup(app: Sphinx) -> None:
    """Register the routes."""
    add_table(app, "routes", None, entries, render)
