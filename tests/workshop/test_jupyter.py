"""Pages and chapters can be read in JupyterLab as they are written."""

import json
import os
import re

import pytest
from bookext import absent, jupyter

from tools import notebooks
from tools.notebooks import ROOT

PAGES = sorted((ROOT / "book").glob("**/[!.]*.md"))
SOURCES = [*notebooks.chapters(), *(p for p in PAGES if p.parent.name[0] != ".")]
KNOWN = {  # directives that jupyterlab-myst shows
    *(
        "admonition",
        "attention",
        "card",
        "caution",
        "code",
        "danger",
        "div",
        "dropdown",
    ),
    *("epigraph", "error", "figure", "grid", "grid-item-card", "hint", "image"),
    *("important", "list-table", "margin", "math", "note", "proof", "seealso", "table"),
    *("tab-item", "tab-set", "theorem", "tip", "warning"),
}
DIRECTIVE = re.compile(r"^ *(?:`{3,}|:{3,})\{([\w:-]+)\}", re.MULTILINE)

every_source = pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: path.relative_to(ROOT / "book").as_posix()
)


def prose(path):
    """Return what is written for readers in a page or a chapter."""
    if path.suffix == ".md":
        return path.read_text("utf8")
    cells = notebooks.read(path).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@every_source
def test_jupyterlab_knows_the_directives(path):
    unknown = {*DIRECTIVE.findall(prose(path))} - KNOWN
    assert not unknown, (
        f"JupyterLab shows {sorted(unknown)} as an error: begin the lines of what the "
        "site alone can show with %% and say in a :::{div} jupyter what stands there"
    )


@every_source
def test_jupyterlab_follows_the_links(path):
    text = prose(path)
    dead = re.findall(r"\{doc\}`[^`]+`", text)
    assert not dead, f"JupyterLab does not follow {dead}: write [words](slug.ipynb)"
    for link in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", text):
        target = (path.parent / link).resolve()
        name = os.path.relpath(target.with_suffix(""), ROOT / "book")
        assert target.is_file() or name in absent.moved(), f"there is no file {link}"


def test_lines_for_the_site_and_for_jupyter_change_places():
    text = "# T\n%% ```{ledger}\n%%\n%% ```\n:::{div} jupyter\nNot here.\n:::\nEnd"
    assert jupyter.for_the_site(text) == "# T\n```{ledger}\n\n```\n\n\n\nEnd"
    assert jupyter.for_the_site("50 %% of\n:::{div} wide\nx\n:::").count("\n") == 3


# --- Citations in JupyterLab ----------------------------------------------------------

SCRIPT = ROOT / ".binder" / "extension" / "static" / "remoteEntry.js"
BIBLIOGRAPHY = r"""@book{one2001,
  author    = {One, Ann},
  title     = {{Deep} nets},
  year      = {2001}
}

@article{two2002,
  author = {van der Two, B. and Dol{\v{z}}{\'a}r, C.},
  year   = {2002},
  title  = {A}
}

@article{three2003,
  author = {O'Donoghue, D. and M{\"u}ller, E. and {the contributors}},
  title  = {B},
  year   = {2003}
}
"""


@pytest.fixture(scope="module")
def read():
    """Return what the extension reads in a bibliography."""
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    context.eval(
        "var window = {}, document = { currentScript: {} };" + SCRIPT.read_text("utf8")
    )
    return lambda text: json.loads(
        context.eval(f"JSON.stringify(read({json.dumps(text)}))")
    )


def test_citations_are_told_by_authors_and_year(read):
    found = {
        key: (e["authors"], e["year"], e["title"])
        for key, e in read(BIBLIOGRAPHY).items()
    }
    assert found == {
        "one2001": ("One", "2001", "Deep nets"),
        "two2002": ("van der Two and Dolžár", "2002", "A"),
        "three2003": ("O'Donoghue et al.", "2003", "B"),
    }


def test_every_source_of_the_book_is_read(read):
    text = (ROOT / "book" / "references.bib").read_text("utf8")
    found = read(text)
    assert found.keys() == {*re.findall(r"^@\w+\{([^,]+),", text, re.MULTILINE)}
    for key, entry in found.items():
        said = entry["authors"] + entry["title"]
        assert entry["authors"] and re.fullmatch(r"\d{4}", entry["year"]), key
        assert not re.search(r"[{}\\]", said), f"{key}: {said}"
