"""The map: every chapter, grouped by part, with lines from what it needs.

One list serves everybody. Where there is room for it, it is laid out as a picture: a
band for each part, and a chapter to the right of all that it needs. Otherwise it says
in words what each chapter needs. A script adds what the reader has done.
"""

from __future__ import annotations

import html
from collections import Counter, defaultdict
from functools import cache

import needs
import networkx as nx
import sizes
from sphinx.application import Sphinx

from bookext.absent import tags
from bookext.chapters import cells_of, in_order
from bookext.tables import add_table
from evidence import cards, exercises

COLUMNS = 6  # at least; more where chapters build on one another for longer
PITCH, BOX = 100, 86  # of a column and of the box in it, in the drawing's own units
CAPTION, ROW, GAP = 1.5, 5.4, 0.4  # heights in the style's --unit
ABOVE = 0.9  # of a row: free for lines, above its boxes
HUES = 4  # of lines that run side by side


def entries(app: Sphinx) -> list[dict]:
    """Return the chapters in the contents' order, with all that the map shows.

    Handouts stand for themselves, and are not on it.
    """
    parts = parts_of(app.env.external_site_map)
    chapters = [page for page in in_order(app.env) if "handout" not in tags(page)]
    names = [page.removeprefix("book/") for page in chapters]
    rows = []
    for name in names:
        row = {"chapter": name, "title": app.env.titles[f"book/{name}"].astext()}
        row |= {"part": parts[f"book/{name}"], **of_chapter(name)}
        rows.append(row | {"needs": [n for n in row["needs"] if n in names]})
    return rows


@cache
def of_chapter(name: str) -> dict:
    """Return what a chapter's cells say: minutes, needs, and what its page asks."""
    cells = cells_of(f"book/{name}")
    needed = [need for need in needs.of(cells, name) if need != name]
    return {"minutes": sizes.of(cells)[0].minutes, "needs": needed, **asked(cells)}


def parts_of(contents) -> dict[str, str]:
    """Return page -> the caption of its part, ``""`` in contents without parts."""
    found = {}

    def walk(page: str, caption: str | None) -> None:
        found[page] = caption or ""
        for tree in contents[page].subtrees:
            for inside in tree.files():
                walk(inside, caption or tree.caption)

    walk(contents.root.docname, None)
    return found


def asked(cells: list[dict]) -> dict[str, list[str]]:
    """Return the names of what a chapter's page asks: its own tasks, its questions."""
    found = {"tasks": [], "questions": []}
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    for data in (output.get("data", {}) for output in outputs):
        task = data.get(exercises.MIME, {}).get("task")
        if task and "question" not in task:  # which another chapter asked first
            found["tasks"].append(data[exercises.MIME]["exercise"])
        shown = data.get(cards.Prediction.mime, {})
        found["questions"] += [
            question["id"] for question in shown.get("questions", [])
        ]
    return {key: list(dict.fromkeys(names)) for key, names in found.items()}


# --- Where a chapter stands ---------------------------------------------------------


def graph(rows: list[dict]) -> nx.DiGraph:
    """Return the needs as lines from what is needed, without those that close a circle.

    A chapter may need one that stands after it. Where chapters need one another, only
    needs of earlier chapters are drawn.
    """
    order = [row["chapter"] for row in rows]
    pairs = [(need, row["chapter"]) for row in rows for need in row["needs"]]
    made = nx.DiGraph()
    made.add_nodes_from(order)
    made.add_edges_from(pairs)
    if not nx.is_directed_acyclic_graph(made):
        late = [(a, b) for a, b in pairs if order.index(a) > order.index(b)]
        made.remove_edges_from(late)
    return made


def places(rows: list[dict], needed: nx.DiGraph) -> dict[str, tuple[int, int]]:
    """Return chapter -> row in its part and column; what it needs stands further left.

    Between what it needs and what needs it, a chapter takes the column where its part
    has least, so that parts are low.
    """
    order = {row["chapter"]: k for k, row in enumerate(rows)}
    above = dict.fromkeys(order, 0)  # columns that a chapter must leave to its right
    for name in reversed([*nx.topological_sort(needed)]):
        above[name] = max((above[n] + 1 for n in needed.successors(name)), default=0)
    last = max([COLUMNS, *(n + 1 for n in above.values())]) - 1
    part = {row["chapter"]: row["part"] for row in rows}
    taken: dict[str, Counter] = defaultdict(Counter)
    found: dict[str, tuple[int, int]] = {}
    for name in nx.lexicographical_topological_sort(needed, key=order.get):
        own = taken[part[name]]
        first = max((found[n][1] + 1 for n in needed.predecessors(name)), default=0)
        column = min(range(first, last - above[name] + 1), key=lambda c: (own[c], c))
        found[name] = own[column], column
        own[column] += 1
    return found


def tops(rows: list[dict], found: dict[str, tuple[int, int]]) -> tuple[dict, float]:
    """Return chapter -> the height of its row's upper edge, and that of the whole."""
    heights, height = {}, 0.0
    for part in dict.fromkeys(row["part"] for row in rows):
        own = [row["chapter"] for row in rows if row["part"] == part]
        height += CAPTION
        heights |= {name: height + ROW * found[name][0] for name in own}
        height += ROW * (1 + max(found[name][0] for name in own)) + GAP
    return heights, height


def drawing(rows: list[dict]) -> tuple[dict[str, tuple[int, int]], str]:
    """Return the places of the chapters, and the lines between them as SVG.

    Lines run between the columns and above the rows, never through a box. What follows
    from other lines is left out.
    """
    needed = graph(rows)
    found = places(rows, needed)
    heights, height = tops(rows, found)
    lines = nx.transitive_reduction(needed)
    tracks = _tracks(lines, found, heights)
    hues = {name: f"evidence-hue-{k % HUES}" for k, name in enumerate(tracks)}
    paths = [
        f'<path class="{hues[a]}" d="{_path(a, b, found, heights, tracks)}" '
        f'data-from="{a}" data-to="{b}"/>'
        for a, b in lines.edges
    ]
    width = columns(found) * PITCH - (PITCH - BOX)
    style = f"height: calc({height:g} * var(--unit))"
    svg = (
        f'<svg viewBox="0 0 {width} {height:g}" style="{style}" '
        'preserveAspectRatio="none" aria-hidden="true">'
    )
    return found, f"{svg}{''.join(paths)}</svg>"


def columns(found: dict[str, tuple[int, int]]) -> int:
    """Return how many columns the map has."""
    return max([COLUMNS, *(column + 1 for _, column in found.values())])


def _tracks(lines, found, heights) -> dict[str, float]:
    """Return chapter -> its share of the space behind its column, from 0 to 1.

    The lines of one chapter share a track; those of others in its column have others.
    """
    behind = defaultdict(list)
    for name in sorted((n for n in lines if lines.out_degree(n)), key=heights.get):
        behind[found[name][1]].append(name)
    return {
        name: (k + 1) / (len(names) + 1)
        for names in behind.values()
        for k, name in enumerate(names)
    }


def _path(a: str, b: str, found, heights, tracks) -> str:
    """Return a line: to the track behind a, along above the row of b, and into b."""
    (_, start), (_, end) = found[a], found[b]
    middle = ABOVE + (ROW - ABOVE) / 2
    x, y = start * PITCH + BOX, heights[a] + middle
    track = x + (PITCH - BOX - 5) * tracks[a]
    to, into = end * PITCH, heights[b] + middle
    if end == start + 1:
        return f"M{x} {y:g}H{track:.4g}V{into:g}H{to}"
    lane = heights[b] + ABOVE * tracks[a]
    return f"M{x} {y:g}H{track:.4g}V{lane:.4g}H{to - 4}V{into:g}H{to}"


# --- The list -----------------------------------------------------------------------


def render(rows: list[dict], uri) -> str:
    """Return the map as HTML; nothing where there is no chapter."""
    if not rows:
        return ""
    found, svg = drawing(rows)
    titles = {row["chapter"]: row["title"] for row in rows}
    parts = []
    for part in dict.fromkeys(row["part"] for row in rows):
        own = [row for row in rows if row["part"] == part]
        items = "".join(_item(row, found[row["chapter"]], titles, uri) for row in own)
        heading = f"<h3>{html.escape(part)}</h3>" if part else ""
        parts.append(f"<div>{heading}<ul>{items}</ul></div>")
    height = tops(rows, found)[1]
    style = f'style="--columns: {columns(found)}; --height: {height:g}"'
    return (
        f'<nav class="evidence-map" aria-label="Map of the chapters" {style}><div>'
        f"{svg}{''.join(parts)}</div></nav>"
    )


def _item(row: dict, place: tuple[int, int], titles: dict[str, str], uri) -> str:
    """Return a chapter: a link, and in words what it needs."""
    name = row["chapter"]
    title, colon, rest = html.escape(row["title"]).partition(":")
    rest = f'<span class="evidence-rest">{colon}{rest}</span>' if colon else ""
    after = ", ".join(html.escape(titles[n].partition(":")[0]) for n in row["needs"])
    after = f'<span class="evidence-after">needs {after}</span>' if after else ""
    asks = {key: " ".join(row[key]) for key in ("needs", "tasks", "questions")}
    data = "".join(f' data-{key}="{html.escape(x)}"' for key, x in asks.items() if x)
    style = f"grid-area: {place[0] + 1} / {place[1] + 1}"
    return (
        f'<li data-chapter="{name}"{data} style="{style}">'
        f'<a href="{uri("book/" + name)}"><span>{title}{rest}</span></a>{after}</li>'
    )


def setup(app: Sphinx) -> None:
    """Register the map."""
    add_table(app, "map", "chapters.json", entries, render)
