"""Remove a chapter: ``python -m tools.remove part/slug``.

``book/moved.yml`` remembers it, and which of its labels other pages refer to: on the
site such references become text.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import yaml

from tools import contents, notebooks, rename, together
from tools.notebooks import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))
from bookext import absent


def main(chapter: str, root: Path = ROOT) -> list[Path]:
    """Delete a chapter and its entry in the contents.

    Returns
    -------
    list of pathlib.Path
        The files that still name it.

    Raises
    ------
    SystemExit
        If there is no such chapter, or the contents list pages below it. Then, and if
        anything else fails, nothing is changed.
    """
    notebooks.find(chapter, root)
    own, toc = rename.siblings(chapter, root), root / "_toc.yml"
    others = {p: contents.text_of(p) for p in rename.texts(root) if p not in own}
    files = dict.fromkeys(own) | {toc: contents.take_out(others[toc], chapter)[0]}
    runs = root / "book" / "runs.txt"
    if runs in others:
        lines = others[runs].splitlines(keepends=True)
        files[runs] = "".join(x for x in lines if not x.startswith(f"{chapter} "))
    labels = absent.labels(absent.source(f"book/{chapter}", root))
    lost = [chapter, *sorted(labels & referred("\n".join(others.values())))]
    lines = yaml.safe_dump(dict.fromkeys(lost), sort_keys=False).splitlines()
    with together.changed(files | rename.remembered(root, *lines)):
        contents.pages(root)
    left = {path: files.get(path, text) for path, text in others.items()}
    name = re.compile(rename.NAMED.format(chapter))
    return [path for path, text in left.items() if text and name.search(text)]


def referred(text: str) -> set[str]:
    """Return the labels that a text refers to, as MyST does, in lower case."""
    found = re.findall(r"\}`(?:[^`<]*<)?([^`<>]+)>?`|\(#([^)\s]+)\)", text)
    return {(role or link).lower() for role, link in found}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("say which: make remove CHAPTER=part/slug")
    named = main(sys.argv[1])
    print(f"Removed {sys.argv[1]}. What still names it:")
    print("\n".join(f"  {path.relative_to(ROOT)}" for path in named) or "  nothing")
