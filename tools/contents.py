"""The table of contents, ``_toc.yml``: what it lists, and how that is changed."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import yaml
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

from evidence import entries

sys.path.append(str(Path(__file__).parents[1] / "book" / "_ext"))
import lessons

CONFLICT = re.compile(rb"^<{7} .*^>{7} ", re.MULTILINE | re.DOTALL)
SOURCES = {".bib", ".ipynb", ".md", ".py", ".txt", ".yaml", ".yml"}
FORM = """It should have this form:

format: jb-book
root: book/index
parts:
  - caption: The name of a part
    chapters:
      - file: book/part/slug"""


def text_of(path: Path) -> str:
    """Return the text of a file, its line endings as they are.

    Raises
    ------
    SystemExit
        If it holds the marks of a merge that is not finished, and the message says
        where, or is not UTF-8.
    """
    data, name = path.read_bytes(), os.path.relpath(path)
    if b"\n>>>>>>> " in data and (marks := CONFLICT.search(data)):
        line = data.count(b"\n", 0, marks.start()) + 1
        raise SystemExit(
            f"{name}, line {line}: conflict marks (<<<<<<<) of a merge that is not "
            "finished; keep what is right and delete the marks, or take one side: "
            f"git checkout --ours -- {name} (or --theirs)"
        )
    try:
        return data.decode("utf8")
    except UnicodeDecodeError:
        raise SystemExit(
            f"{name} is not UTF-8: save it again with that encoding, or take what was "
            f"committed last: git checkout -- {name}"
        ) from None


def pages(root: Path) -> list[str]:
    """Return the pages of the book in order, as ``_toc.yml`` names them.

    It is read by Jupyter Book's own rules, so what passes here can be built.

    Raises
    ------
    SystemExit
        If the file is malformed; the message says in which line, what is wrong there
        and what was expected. Or if a source of the book holds conflict marks, is not
        the YAML it should be, or holds a claim or a lesson that cannot be read.
    """
    book, settings = root / "book", [*root.glob("_config.yml")]
    for path in [*settings, *sorted(book.rglob("*.*"))]:
        if path.suffix in SOURCES and path.parent.name != ".ipynb_checkpoints":
            text_of(path)
    try:
        for path in [*settings, *sorted(book.glob("*.yml"))]:
            entries.read_yaml(path, path.relative_to(root).as_posix())
        entries.load.__wrapped__(book)  # not remembered: a command may add claims
        for path in sorted(book.glob(f"[!_.]*/*{lessons.ENDING}")):
            lessons.read(path)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    return _pages(text_of(root / "_toc.yml"))


def _pages(text: str) -> list[str]:
    try:
        return list(parse_toc_data(yaml.safe_load(text)))
    except yaml.MarkedYAMLError as error:
        line, problem = error.problem_mark.line + 1, f"not YAML, {error.problem}"
    except (MalformedError, TypeError) as error:
        problem, line = re.sub(r" @ '[^']*'", "", str(error)), _line(text, str(error))
    raise SystemExit(f"_toc.yml, line {line}: {problem}\n{FORM}")


# --- Changes --------------------------------------------------------------------------
# The lines to change are found in the parsed file. All others (comments, quotes, other
# indentation) stay as somebody wrote them, so that `git diff` shows the change alone.


def add(text: str, chapter: str, entry: Sequence[str] = ()) -> str:
    """Return the contents with a chapter, last in its part.

    A new part stands before the reference, or last. ``entry`` are the lines of the
    chapter's entry, where it is more than the file.
    """
    page, listed = f"book/{chapter}", _pages(text)
    if page in listed:
        return text
    lines, tree = text.split(_ending(text)), yaml.compose(text)
    new, folder = entry or [f"- file: {page}"], page.rpartition("/")[0]
    own = [other for other in listed[1:] if other.startswith(f"{folder}/")]
    near = _around(tree, (own or listed)[-1])  # file, entry, chapters, part, parts
    has_parts = any(key.value == "parts" for key, _ in tree.value)
    if len(near) < 3:
        raise SystemExit(f"_toc.yml lists no chapter yet\n{FORM}")
    if own or not has_parts:
        where = near[-3 if has_parts else -2][1]
        margin = _margin(lines[near[-4 if has_parts else -2][0]])
    else:
        title = {"caption": folder.partition("/")[2].replace("-", " ").capitalize()}
        margin, inner = (_margin(lines[near[place][0]]) for place in (-2, -4))
        new = [inner.removeprefix(margin) + line for line in new]
        new = [f"- {yaml.safe_dump(title).strip()}", "  chapters:", *new]
        reference = _around(tree, "Reference")  # caption, part, parts
        where = reference[1][0] if len(reference) == 3 else near[-2][1]
        while reference and lines[where - 1].strip()[:1] in ("", "#"):
            where -= 1  # what is said above the reference stays above it
    lines[where:where] = [margin + line for line in new]
    return _first_with({*listed, page}, [_ending(text).join(lines)])


def take_out(text: str, chapter: str) -> tuple[str, list[str]]:
    """Return the contents without a chapter, and the lines of its entry.

    A part that loses its only page goes with it.
    """
    page, listed = f"book/{chapter}", _pages(text)
    if page not in listed:
        return text, []
    lines, ending = text.split(_ending(text)), _ending(text)
    around = _around(yaml.compose(text), page)[1:]  # the entry, then what holds it
    rests = [ending.join(lines[:start] + lines[end:]) for start, end in around]
    rest = _first_with({*listed} - {page}, rests)
    return rest, textwrap.dedent("\n".join(lines[slice(*around[0])])).splitlines()


def _around(node: yaml.Node, text: str) -> list[tuple[int, int]]:
    """Return the lines of what holds a text, each with the line after: inside out."""
    for first, value in _children(node):
        here = (first.start_mark.line, _end(value))
        if value.value == text:
            return [here]
        if inside := _around(value, text):
            return [*inside, here]
    return []


def _children(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    """Return the pairs of key and value that a node holds, or each item twice."""
    if isinstance(node, yaml.SequenceNode):
        return [(item, item) for item in node.value]
    return node.value if isinstance(node, yaml.MappingNode) else []


def _end(node: yaml.Node) -> int:
    """Return the line after the last one of a node, without comments behind it."""
    while (inside := _children(node)) and not node.flow_style:
        node = inside[-1][1]
    mark = node.end_mark
    return mark.line + (mark.column > 0)  # a block of text ends where the next begins


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _first_with(pages: set[str], texts: list[str]) -> str:
    """Return the first text that lists these pages."""
    for text in texts:
        with suppress(SystemExit):
            if set(_pages(text)) == pages:
                return text
    raise SystemExit(
        "_toc.yml: the chapter shares its entry with others, by brackets or as a page "
        "above them: change the file by hand first"
    )


def _line(text: str, message: str) -> int:
    """Return the line that a message of the parser is about.

    It names a place, ``... @ '/parts/0/chapters/2'``, or a page that is listed twice.
    """
    if twice := re.search(r"multiple times: '(.+)'", message):
        lines = [k for k, x in enumerate(text.splitlines(), 1) if x.endswith(twice[1])]
        return max(lines, default=1)
    problem, _, place = message.partition(" @ '")
    node = yaml.compose(text)
    for step in re.findall(r"[^/]+", place.partition("'")[0]):
        if isinstance(node, yaml.SequenceNode):
            node = node.value[int(step)]
        else:
            found = {key.value: value for key, value in node.value}
            node = found.get(step, node)
    named = problem.partition(", allowed")[0]
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else []:
        if f"'{key.value}'" in named:
            return key.start_mark.line + 1
    return node.start_mark.line + 1 if node else 1
