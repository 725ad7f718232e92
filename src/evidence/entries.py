"""What each chapter claims: one reader of one format, for package, tools and site.

``book/part/slug.yml`` holds the claims of the chapter ``book/part/slug.ipynb`` and the
symptoms that lead a reader to it.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path

import yaml

VERDICTS = ("holds", "depends", "fails", "open")
BELIEFS = (*VERDICTS, "definition")  # what was believed before
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times faster
KINDS = {  # what an entry of each kind has beside id, statement, kind and source
    "measured": {"expected", "believed", "settings", "asks"},
    "computed": {"expected", "believed", "settings"},
    "exact": {"expected", "believed"},
    "history": {"expected", "believed", "cite"},
    "advice": {"instead"},
}
OPTIONAL = {"core", "instead", "reach", "margin_reason", "data"}
PRINTED = (  # what an output shows or is judged by
    *("id", "statement", "expected", "believed", "kind", "settings", "asks", "reach"),
    *("instead", "margin_reason", "source"),
)
QUOTE = """Put it in quotes, as in  statement: "first: second"  (a text needs them
with a colon inside, or with a quotation mark, @, ` or * at its beginning), and indent
alike what belongs together."""
ASKS = re.compile(
    r"(?P<relation>above|below) (?P<reference>.+?)(?: by (?P<by>[\d.e-]+))?"
    r"|within (?P<margin>[\d.e-]+) of (?P<of>.+)"
)


def book_folder() -> Path:
    """Return the folder of the chapters: the repository's, or the installed copy.

    Raises
    ------
    FileNotFoundError
        If the package was taken out of its repository without being installed.
    """
    here = Path(__file__).resolve()
    for path in (here.parents[2] / "book", here.parent / "book"):
        if path.is_dir():
            return path
    raise FileNotFoundError(
        "the folder book/ is missing: install the package from its repository "
        "(pip install -e .)"
    )


@cache
def load(book: Path | None = None) -> dict[str, dict]:
    """Read the claims of all chapters.

    Parameters
    ----------
    book : pathlib.Path, optional
        Another folder of chapters; by default the book's.

    Returns
    -------
    dict
        Claim id -> entry with ``id``, ``chapter`` (``part/slug``), ``statement``,
        ``kind``, ``source`` and what its kind has, in the order of the files.

    Raises
    ------
    ValueError
        If a file is not YAML of this form, an id or a statement occurs twice,
        ``expected`` is not a verdict, or ``believed`` neither a verdict nor
        ``definition``. The message names file and claim.
    """
    found, statements = {}, {}
    for chapter, sibling in _siblings(book or book_folder()).items():
        for entry in sibling.get("claims") or []:
            _check(entry, f"book/{chapter}.yml")
            name, statement = entry["id"], entry["statement"]
            for other in (found.get(name), statements.get(statement)):
                if other:
                    raise ValueError(
                        f"claim {name} of book/{chapter}.yml repeats {other['id']} of "
                        f"book/{other['chapter']}.yml: ids and statements are unique"
                    )
            found[name] = statements[statement] = entry | {"chapter": chapter}
    return found


def symptoms(book: Path | None = None) -> dict[str, list[str]]:
    """Return chapter -> what a reader sees that this chapter explains."""
    siblings = _siblings(book or book_folder())
    return {
        name: found["symptoms"]
        for name, found in siblings.items()
        if "symptoms" in found
    }


def _siblings(book: Path) -> dict[str, dict]:
    """Return what stands in the ``.yml`` beside each chapter, by ``part/slug``."""
    found = {}
    for path in sorted(book.glob("[!_.]*/*.yml")):
        chapter = path.relative_to(book).with_suffix("").as_posix()
        name = f"book/{chapter}.yml"
        found[chapter] = read_yaml(path, name) or {}
        if not isinstance(found[chapter], dict):
            raise ValueError(f"{name} should hold `claims:` and `symptoms:`")
        unknown = found[chapter].keys() - {"claims", "symptoms"}
        if unknown:
            raise ValueError(f"{name} holds claims and symptoms, not {sorted(unknown)}")
    return found


def read_yaml(path: Path, name: str):
    """Return what a YAML file holds.

    Raises
    ------
    ValueError
        If it is not YAML. The message says by ``name`` in which file, in which line,
        what stands there and what to do.
    """
    text = path.read_text("utf8")
    try:
        return yaml.load(text, LOADER)
    except yaml.MarkedYAMLError as error:
        quoted = "quoted" in (error.context or "")  # from there on nothing closes it
        mark = error.context_mark if quoted else error.problem_mark
        line = (*text.splitlines(), "")[mark.line]
        cure = "Indent with spaces, not with tabs." if "\t" in line else QUOTE
        raise ValueError(
            f"{name}, line {mark.line + 1}: not YAML, {error.problem}:\n"
            f"    {line.strip()}\n{cure}"
        ) from None
    except yaml.YAMLError as error:
        raise ValueError(f"{name}: not YAML, {error}") from None


def _check(entry: dict, file: str) -> None:
    """Refuse an entry that lacks a field or has a word that means nothing."""
    if not isinstance(entry, dict):
        raise ValueError(f"a claim in {file} is {entry!r}, not `id: ...` and the rest")
    where = f"claim {entry.get('id', '(no id)')} in {file}"
    kind = entry.get("kind")
    if kind not in KINDS:
        raise ValueError(f"{where} is of kind {kind!r}; say one of {', '.join(KINDS)}")
    needed = {"id", "statement", "kind", "source"} | KINDS[kind]
    if missing := needed - entry.keys():
        raise ValueError(f"{where} lacks {sorted(missing)}")
    if unknown := entry.keys() - needed - OPTIONAL:
        raise ValueError(f"{where} has {sorted(unknown)}, which its kind knows not")
    for field, words in (("expected", VERDICTS), ("believed", BELIEFS)):
        if field in needed and entry[field] not in words:
            raise ValueError(
                f"{where}: {field} is one of {', '.join(words)}, not {entry[field]!r}"
            )
    _check_judged(entry, where)


def _check_judged(entry: dict, where: str) -> None:
    """Refuse settings, a question or a reach that cannot be judged."""
    if "asks" in entry and not ASKS.fullmatch(str(entry["asks"])):
        raise ValueError(
            f"{where} asks {entry['asks']!r}; say 'above 0 by 0.05', 'below chance "
            "by 0.1' or 'within 0.02 of 1'"
        )
    settings = entry.get("settings", ["one"])
    texts = isinstance(settings, list) and all(isinstance(s, str) for s in settings)
    if not texts or not 1 <= len(set(settings)) == len(settings):
        raise ValueError(f"{where}: settings are a list of different texts")
    if entry.get("reach", "every") not in ("every", "some"):
        raise ValueError(f"{where}: reach is every or some, not {entry['reach']!r}")
    if entry.get("data", "one") != "one":
        raise ValueError(
            f"{where}: data is one, where every seed sees the same data set, or is "
            f"left out, not {entry['data']!r}"
        )
    if entry.get("core") not in (None, True, False):
        raise ValueError(f"{where}: core is true or false, not {entry['core']!r}")
    if entry.get("expected", "holds") != "holds" and not entry.get("instead"):
        raise ValueError(
            f"{where} does not simply hold: give it `instead`, the sentence to say in "
            "its place"
        )


def lookup(claim_id: str) -> dict:
    """Return the entry of one claim.

    Raises
    ------
    KeyError
        If there is no such claim; the message names the nearest ids.
    """
    entries = load()
    if claim_id not in entries:
        near = difflib.get_close_matches(claim_id, entries, n=3, cutoff=0.4)
        hint = f"; the nearest are {', '.join(near)}" if near else ""
        raise KeyError(f"no chapter claims {claim_id!r}{hint}")
    return entries[claim_id]
