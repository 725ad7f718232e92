"""The table of contents, ``_toc.yml``: what it lists, and where it is malformed."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from sphinx_external_toc.parsing import MalformedError, parse_toc_data

FORM = """It should have this form:

format: jb-book
root: book/index
parts:
  - caption: The name of a part
    chapters:
      - file: book/part/slug"""


def pages(root: Path) -> list[str]:
    """Return the pages of the book in order, as ``_toc.yml`` names them.

    It is read by Jupyter Book's own rules, so what passes here can be built.

    Raises
    ------
    SystemExit
        If the file is malformed; the message says in which line, what is wrong there
        and what was expected.
    """
    text = (root / "_toc.yml").read_text(encoding="utf8")
    try:
        return list(parse_toc_data(yaml.safe_load(text)))
    except yaml.MarkedYAMLError as error:
        line, problem = error.problem_mark.line + 1, f"not YAML, {error.problem}"
    except (MalformedError, TypeError) as error:
        problem, line = re.sub(r" @ '[^']*'", "", str(error)), _line(text, str(error))
    raise SystemExit(f"_toc.yml, line {line}: {problem}\n{FORM}")


def add(root: Path, chapter: str) -> None:
    """List a chapter last in its part, or in a new part before the reference."""
    part = chapter.partition("/")[0]
    path = root / "_toc.yml"
    lines = path.read_text(encoding="utf8").splitlines()
    new = f"      - file: book/{chapter}"
    if new in lines:
        return
    same = [i for i, line in enumerate(lines) if f"file: book/{part}/" in line]
    if same:
        lines.insert(same[-1] + 1, new)
    else:
        found = (i for i, line in enumerate(lines) if "caption: Reference" in line)
        end = next(found, len(lines))
        caption = part.replace("-", " ").capitalize()
        lines[end:end] = [f"  - caption: {caption}", "    chapters:", new]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")


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
