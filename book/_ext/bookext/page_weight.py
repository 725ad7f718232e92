"""Make pages light: one style sheet with what the site uses, icons with what it shows.

The theme brings ten style sheets (100 kB compressed, one of them imported by another)
and 300 kB of icon fonts; a page uses a small part. A phone waits for all of it before
it shows the first line.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from pathlib import Path

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

SHEET = re.compile(
    r'<link[^>]*href="(?P<up>(?:\.\./)*)'
    r'(?P<path>_static/(?!book-[0-9a-f]{12})[^"?]+\.css)[^>]*>'
)
NOT_REQUIRED = re.compile(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)")
LIGHT = re.compile(r'\[data-theme="?light"?\]')
PRELOAD = re.compile(r'<link[^>]*rel="preload"[^>]*>\s*')
ICON_FONT = re.compile(r"url\((?P<path>[^)]*/webfonts/(?P<name>[\w-]+))\.woff2\)[^}]*")


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Replace every page's style sheets by one bundle."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    pages = {page: page.read_text(encoding="utf8") for page in out.rglob("*.html")}
    notes = out.with_name("sheets.json")  # pages left from the last build link a bundle
    sheets = dict.fromkeys(json.loads(notes.read_text()) if notes.is_file() else [])
    for text in pages.values():
        sheets |= dict.fromkeys(match["path"] for match in SHEET.finditer(text))
    notes.write_text(json.dumps(list(sheets)) + "\n")
    words = used_words([*pages.values(), *_scripts(out)])
    css = "".join(purge(load(out, path), words) for path in sheets)
    css = '@charset "utf-8";' + _cut_icons(out, css)
    name = f"_static/book-{hashlib.sha256(css.encode()).hexdigest()[:12]}.css"
    for old in (out / "_static").glob("book-*.css"):
        old.unlink()
    (out / name).write_text(css, encoding="utf8")
    plain = plain_tokens((out / "_static" / "pygments.css").read_text(encoding="utf8"))
    for page, text in pages.items():
        page.write_text(plain.sub(r"\1", _link(text, name)), encoding="utf8")


def _scripts(out: Path) -> list[str]:
    return [path.read_text(encoding="utf8") for path in (out / "_static").rglob("*.js")]


def _link(text: str, name: str) -> str:
    """Put the bundle where the first style sheet was linked."""
    first = SHEET.search(text)
    if first is None:
        return re.sub(r"_static/book-[0-9a-f]{12}\.css", name, text)
    head, tail = text[: first.start()], text[first.start() :]
    link = f'<link rel="stylesheet" href="{first["up"]}{name}">'
    return PRELOAD.sub("", head + link + SHEET.sub("", tail))


def plain_tokens(css: str) -> re.Pattern:
    """Return what matches code tokens that look like the code around them.

    Names and brackets have an element each, two in five of a chapter's, and the color
    of the block they stand in.
    """
    token = re.compile(r'"(\w+)"\] \.highlight(?: \.(\w+))? \{([^}]*)\}')
    styles: dict[str, dict[str, str]] = {}
    for theme, name, style in token.findall(css):
        color = re.search(r"(?<!-)color: (#\w+)", style)
        only_color = not name or style.strip().startswith("color:")
        if color and only_color:
            styles.setdefault(name, {})[theme] = color[1]
    around = styles.get("", {})
    names = [name for name, colors in styles.items() if name and colors == around]
    return re.compile(f'<span class="(?:{"|".join(names) or "$"})">([^<]*)</span>')


def load(out: Path, path: str) -> str:
    """Return a style sheet with its imports, its addresses relative to ``_static``."""
    text = (out / path).read_text(encoding="utf8")
    folder = posixpath.dirname(path)

    def imported(match: re.Match) -> str:
        return load(out, posixpath.normpath(posixpath.join(folder, match[1])))

    def moved(match: re.Match) -> str:
        address = match[1].strip("\"'")
        if address.startswith(("data:", "#")):
            return match[0]
        return f"url({posixpath.relpath(posixpath.join(folder, address), '_static')})"

    text = re.sub(r"url\(([^)]*)\)", moved, text)
    return re.sub(r'@import "([^"]+)";?', imported, text)


def used_words(texts: list[str]) -> set[str]:
    """Return every word that could be the name of a class in pages or scripts."""
    words: set[str] = set()
    for text in texts:
        words.update(re.findall(r"[A-Za-z_][\w-]*", text))
    return words


def purge(css: str, words: set[str]) -> str:
    """Return CSS without the rules whose classes occur nowhere.

    Parameters
    ----------
    css : str
        A style sheet.
    words : set of str
        Words that occur in pages and scripts.

    Returns
    -------
    str
        The rules that can apply, without comments.
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "".join(_kept(rule, words) for rule in rules)


def _kept(rule, words: set[str]) -> str:
    if rule.type == "qualified-rule":
        selectors = _split(tinycss2.serialize(rule.prelude))
        kept = [s.strip() for s in selectors if _can_match(s, words)]
        return _themed(kept, tinycss2.serialize(rule.content).strip())
    nested = {"media", "supports", "layer", "container"}
    if rule.type == "at-rule" and rule.content and rule.lower_at_keyword in nested:
        inner = purge(tinycss2.serialize(rule.content), words)
        head = tinycss2.serialize(rule.prelude)
        return f"@{rule.at_keyword}{head}{{{inner}}}" if inner else ""
    return "" if rule.type == "error" else rule.serialize()


def _themed(selectors: list[str], style: str) -> str:
    """Return a rule for the screen's theme and, on paper, for the light one."""
    dark = [s for s in selectors if re.search(r'\[data-theme="?dark', s)]
    both = [s for s in selectors if s not in dark]
    light = [re.sub(LIGHT, "[data-theme]", s) for s in both if re.search(LIGHT, s)]
    text = f"{','.join(both)}{{{style}}}" if both else ""
    text += f"@media not print{{{','.join(dark)}{{{style}}}}}" if dark else ""
    return text + (f"@media print{{{','.join(light)}{{{style}}}}}" if light else "")


def _split(prelude: str) -> list[str]:
    """Split a list of selectors at its outer commas."""
    parts, depth = [""], 0
    for character in prelude:
        depth += (character in "([") - (character in ")]")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _can_match(selector: str, words: set[str]) -> bool:
    if "\\" in selector:
        return True
    required = NOT_REQUIRED.sub("", selector)
    names = re.findall(r"\.([A-Za-z_][\w-]*)", required)
    return all(name in words for name in names)


def _cut_icons(out: Path, css: str) -> str:
    """Keep of each icon font the glyphs that the style sheet can show."""
    shown = {ord(character) for character in re.findall("[\ue000-\uf8ff]", css)}

    def cut(match: re.Match) -> str:
        source = out / "_static" / f"{match['path']}.ttf"
        if not source.is_file():
            return match[0]
        font = TTFont(source)
        cutter = subset.Subsetter(subset.Options(layout_features=[]))
        cutter.populate(unicodes=shown)
        cutter.subset(font)
        font.flavor = "woff"
        font.save(source.with_suffix(".woff"))
        return f'url({match["path"]}.woff) format("woff")'

    return ICON_FONT.sub(cut, css)


def setup(app: Sphinx) -> None:
    """Run when every page is written, after the repairs."""
    app.connect("build-finished", lighten, priority=900)
