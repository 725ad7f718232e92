"""The map of the chapters and the routes through it; what they do is in tests/book."""

from __future__ import annotations

import re
from itertools import pairwise

import needs
import networkx as nx
import pytest
import yaml
from bookext import absent, chapters, review, roadmap, routes
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_data

from tools import notebooks

# --- What a chapter needs -----------------------------------------------------------

TITLE = "# Title\n\n**Why?**\n\nA *word*, see [x](x.ipynb).\n\n"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("*Needs:*\n\n- **A?** [B](b.ipynb).\n- **C?** D\n  ([e](../q/e.ipynb#f)).",
         ["p/b", "q/e"]),
        ("*Needs: [B](b.ipynb), [rules](../how.md).*\n\n- No [e](e.ipynb).",
         ["p/b", "how", "p/e"]),
        ("*Braucht:*\n\n- {doc}`b`\n\n- {doc}`E <../q/e>`, {doc}`/book/q/f`",
         ["p/b", "q/e", "q/f"]),
        ("*Needs:*\n\n- [B](b.ipynb), [again](b.ipynb)\n\nYou: [c](c.ipynb)", ["p/b"]),
        ("*Needs: no other chapter.*\n\nYou will be able to\n\n- [c](c.ipynb)", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_needed_is_read_from_the_links_of_its_line(said, found):
    cells = [
        {"cell_type": "code", "source": ["*Needs: [no](no.ipynb)*"]},
        {"cell_type": "markdown", "source": [TITLE, said]},
        {"cell_type": "markdown", "source": ["*Needs: [no](no.ipynb)*"]},
    ]
    assert needs.of(cells, "p/a") == found
    assert needs.of([], "p/a") == []


def test_every_chapter_s_line_is_found():
    for path in notebooks.formal():
        name = notebooks.name_of(path)
        title = "".join(chapters.cells_of(f"book/{name}")[0]["source"])
        line = re.search(r"^\*Needs:.*?(?=\n\nYou will)", title, re.M | re.S)
        asked = len(re.findall(r"\.ipynb[#)]", line[0]))
        found = needs.of(chapters.cells_of(f"book/{name}"), name)
        assert sum(x in BOOK for x in found) <= asked, name
        assert bool(asked) == any(x in BOOK for x in found), name


# --- Where it stands ----------------------------------------------------------------


def row(name: str, *needed: str, **more) -> dict:
    """Return a chapter ``part/slug`` as the map takes it."""
    row = {"chapter": name, "title": name.upper(), "part": name[0], "minutes": 50}
    return row | {"needs": [*needed], "tasks": [], "questions": []} | more


def of_the_book() -> dict[str, list[str]]:
    """Return what each chapter in the contents needs of the others."""
    names = [notebooks.name_of(path) for path in notebooks.formal()]
    cells = {name: chapters.cells_of(f"book/{name}") for name in names}
    return {
        name: [need for need in needs.of(cells[name], name) if need in names]
        for name in names
    }


BOOK = of_the_book()
ALL = [row(name, *needed, part=name.partition("/")[0]) for name, needed in BOOK.items()]
DEEP = [
    row(f"{'ab'[k % 2]}/{k}", *([f"{'ba'[k % 2]}/{k - 1}"] * (k > 0))) for k in range(9)
]
CIRCLE = [row("a/1", "a/2"), row("a/2", "a/1"), row("a/3", "a/2")]
MAPS = {
    "the book": ALL,
    "five of it": ALL[::8],
    "one": [row("a/1")],
    "alone": [row(f"a/{k}") for k in range(14)],
    "deep": DEEP,
    "crowded": [
        *(row(f"a/{k}") for k in range(6)),
        row("b/1", "a/5"),
        row("b/2", "b/1"),
    ],
    "a need from behind": [row("a/1", "b/2"), row("b/2")],
    "a circle": CIRCLE,
}
maps = pytest.mark.parametrize("rows", MAPS.values(), ids=MAPS.keys())


@maps
def test_a_chapter_stands_alone_and_to_the_right_of_what_it_needs(rows):
    names = {row["chapter"] for row in rows}
    rows = [row | {"needs": [n for n in row["needs"] if n in names]} for row in rows]
    needed = roadmap.graph(rows)
    found = roadmap.places(rows, needed)
    assert found.keys() == names
    for a, b in needed.edges:
        assert found[a][1] < found[b][1], (a, b)
    part = {row["chapter"]: row["part"] for row in rows}
    assert len({(part[name], *place) for name, place in found.items()}) == len(rows)


def test_a_circle_is_cut_where_it_goes_back():
    assert set(roadmap.graph(CIRCLE).edges) == {("a/1", "a/2"), ("a/2", "a/3")}


def test_the_book_s_map_is_low_and_as_wide_as_six_columns():
    found = roadmap.places(ALL, roadmap.graph(ALL))
    longest = nx.dag_longest_path_length(roadmap.graph(ALL)) + 1
    assert roadmap.columns(found) == max(roadmap.COLUMNS, longest) <= 7
    assert roadmap.tops(ALL, found)[1] < 100  # lines of text, two screens


def boxes(rows, found) -> dict[str, tuple[float, float, float, float]]:
    """Return where each box is: left, right, top, bottom."""
    heights, _ = roadmap.tops(rows, found)
    return {
        name: (
            column * roadmap.PITCH,
            column * roadmap.PITCH + roadmap.BOX,
            heights[name] + roadmap.ABOVE,
            heights[name] + roadmap.ROW,
        )
        for name, (_, column) in found.items()
    }


def corners(path: str) -> list[tuple[float, float]]:
    """Return the points of a line that runs across and down."""
    x = y = 0.0
    points = []
    for letter, numbers in re.findall(r"([MHV])([-\d. ]+)", path):
        given = [float(number) for number in numbers.split()]
        x, y = {"M": given, "H": [given[0], y], "V": [x, given[0]]}[letter]
        points.append((x, y))
    return points


@maps
def test_no_line_runs_through_a_box(rows):
    if rows is MAPS["five of it"]:
        names = {row["chapter"] for row in rows}
        rows = [
            row | {"needs": [n for n in row["needs"] if n in names]} for row in rows
        ]
    found, svg = roadmap.drawing(rows)
    where = boxes(rows, found)
    for path in BeautifulSoup(svg, "html.parser").find_all("path"):
        points = corners(path["d"])
        (left, right, top, bottom) = where[path["data-from"]]
        assert points[0][0] == right and top < points[0][1] < bottom
        (left, right, top, bottom) = where[path["data-to"]]
        assert points[-1][0] == left and top < points[-1][1] < bottom
        for (x, y), (u, v) in pairwise(points):
            for name, (left, right, top, bottom) in where.items():
                apart = max(x, u) <= left or min(x, u) >= right
                apart |= max(y, v) <= top or min(y, v) >= bottom
                assert apart, f"{path['data-from']} to {path['data-to']} meets {name}"


def test_what_follows_from_other_lines_is_not_drawn():
    rows = [row("a/1"), row("a/2", "a/1"), row("a/3", "a/1", "a/2")]
    _, svg = roadmap.drawing(rows)
    drawn = re.findall(r'data-from="(\S+)" data-to="(\S+)"', svg)
    assert drawn == [("a/1", "a/2"), ("a/2", "a/3")]


# --- What it says -------------------------------------------------------------------


def page(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def uri(name: str) -> str:
    return f"../{name}.html"


def test_every_chapter_is_a_link_under_its_part_with_its_needs_in_words():
    rows = [row("a/1", title="A <b>: c"), row("b/2", "a/1", tasks=["2/x", "2/y"])]
    shown = page(roadmap.render(rows, uri))
    assert [h.text for h in shown.select("h3")] == ["a", "b"]
    assert [(a["href"], a.text) for a in shown.select("ul a")] == [
        ("../book/a/1.html", "A <b>: c"),
        ("../book/b/2.html", "B/2"),
    ]
    assert [s.text for s in shown.select(".evidence-after")] == ["needs A <b>"]
    second = shown.select("li")[1]
    assert (second["data-needs"], second["data-tasks"]) == ("a/1", "2/x 2/y")
    assert shown.svg["aria-hidden"] == "true"
    assert roadmap.render([], uri) == ""


def test_heights_in_the_style_are_those_of_the_drawing():
    css = (notebooks.ROOT / "book" / "_static" / "book.css").read_text("utf8")

    def unit(height):
        return f"calc({height:g} * var(--unit))"

    for text in (
        f"grid-auto-rows: {unit(roadmap.ROW)}",
        f"margin: {unit(roadmap.ABOVE)} {roadmap.PITCH - roadmap.BOX}% 0 0",
        f"height: {unit(roadmap.ROW - roadmap.ABOVE)}; padding",
        f"height: {unit(roadmap.CAPTION)}; margin",
        f"padding-top: {unit(roadmap.CAPTION)}",
        f"padding-bottom: {unit(roadmap.GAP)}",
        f"(var(--columns) - {(roadmap.PITCH - roadmap.BOX) / roadmap.PITCH})",
        *(f".evidence-hue-{k} {{" for k in range(roadmap.HUES)),
    ):
        assert text in css, text


def test_parts_are_those_of_the_contents_and_of_the_pages_above():
    parts = [
        {"caption": "One", "chapters": [{"file": "a", "sections": [{"file": "b"}]}]}
    ]
    parts += [{"caption": "Two", "chapters": [{"file": "c"}]}]
    given = {"format": "jb-book", "root": "r", "parts": parts}
    found = roadmap.parts_of(parse_toc_data(given))
    assert found == {"r": "", "a": "One", "b": "One", "c": "Two"}
    plain = {"format": "jb-book", "root": "r", "chapters": [{"file": "a"}]}
    assert roadmap.parts_of(parse_toc_data(plain)) == {"r": "", "a": ""}


# --- Routes -------------------------------------------------------------------------


def test_the_book_s_routes_name_chapters_and_keep_to_their_needs():
    known = dict.fromkeys(absent.moved(), []) | BOOK
    found = routes.read()
    assert 3 <= len(found) <= 4
    assert routes.faults(found, known) == []


def route(*chapters: str, assumes=(), **more) -> dict:
    made = {"name": "R", "for": "You.", "chapters": [*chapters]}
    return made | {"assumes": [*assumes]} | more


NEEDS = {"a/1": [], "a/2": ["a/1"], "a/3": ["a/2", "how-it-works"]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (route("a/1", "a/2", "a/3"), []),
        (route("a/3", assumes=["a/2"]), []),
        (route("a/1", "a/3", "a/2"), ["R: a/3 needs a/2; name it before, or"]),
        (route("a/1", "a/4"), ["R: there is no chapter a/4"]),
        (route("a/1", assumes=["b/1"]), ["R: there is no chapter b/1"]),
        (route("a/1", "a/2", "a/1"), ["R: a/1 is named twice"]),
    ],
)
def test_a_fault_of_a_route_is_said(given, said):
    found = routes.faults([given], NEEDS)
    assert [x[: len(y)] for x, y in zip(found, said, strict=True)] == said


@pytest.mark.parametrize(
    "changes",
    [{"chapters": "a/1"}, {"until": "Monday"}, {"for": None}],
)
def test_a_route_of_another_form_is_refused_by_its_name(changes, tmp_path):
    path = tmp_path / "routes.yml"
    path.write_text(yaml.safe_dump([route("a/1") | changes]), "utf8")
    with pytest.raises(ValueError, match=r"routes\.yml, R: a route has a name, for"):
        routes.read(path)


def test_without_a_file_there_is_no_route(tmp_path):
    assert routes.read(tmp_path / "routes.yml") == []


def test_a_route_shows_what_is_here(monkeypatch):
    here = [row("a/1"), row("a/3", "a/2", minutes=130)]
    monkeypatch.setattr(roadmap, "entries", lambda app: here)
    given = [route("a/2", "a/3", assumes=["a/1", "b/1"]), route("b/1")]
    monkeypatch.setattr(routes, "read", lambda: given)
    shown = page(routes.render(routes.entries(None), uri))
    (only,) = shown.select("details")
    assert only["data-route"] == "a/3"
    assert only.summary.text == "R 1 chapter, about 2 hours"
    assert [a["href"] for a in only.select("ol a")] == ["../book/a/3.html"]
    assert "Takes as known: A/1." in only.text
    assert routes.render([], uri) == ""


# --- What is asked again ------------------------------------------------------------


def test_the_review_has_what_chapters_pages_carry_and_no_other_task():
    carried, shown = {}, {}
    for name in BOOK:
        cells = chapters.cells_of(f"book/{name}")
        for cell in cells:
            for output in cell.get("outputs", []):
                data = output.get("data", {}).get(review.exercises.MIME, {})
                if "task" in data:
                    carried.setdefault(data["exercise"], data["task"])
        own = review.to_ask(cells)
        assert {task.partition("/")[0] for task in own} <= {name.partition("/")[2]}
        shown |= own
    assert len(shown) > 2 * len(BOOK)
    for name, task in shown.items():
        plain = {key: value for key, value in task.items() if key != "question"}
        first = carried[name]
        assert plain == {k: v for k, v in first.items() if k != "question"}, name
        assert task["question"]


def test_what_a_chapter_asks_is_its_own():
    task = {"kind": "number"}
    data = [
        {review.exercises.MIME: {"exercise": "1/x", "task": task}},
        {review.exercises.MIME: {"exercise": "1/x", "task": task}},
        {review.exercises.MIME: {"exercise": "0/y", "task": task | {"question": "?"}}},
        {review.exercises.MIME: {"exercise": "1/in-python"}},
        {
            roadmap.cards.Prediction.mime: {
                "questions": [{"id": "1/q"}, {"id": "claim"}]
            }
        },
        {"text/plain": "x"},
    ]
    cells = [{"outputs": [{"data": each}]} for each in data] + [{}]
    asked = roadmap.asked(cells)
    assert asked == {"tasks": ["1/x"], "questions": ["1/q", "claim"]}
