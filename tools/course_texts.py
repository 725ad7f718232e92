"""The texts that a course does not share with the book: its lists and first pages."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from evidence import entries
from tools import contents, elsewhere, notebooks, remove, rename
from tools.course_keeps import METHODS, Course
from tools.remove import absent

TEMPLATE = Path(__file__).parent / "template" / "course.md"
MODULE = re.compile(r"%% \.\. automodule:: (\S+)\n(?:%% .+\n)*(?:%%\n)?")
FOLDED = re.compile(r"^(:{3,})\{dropdown\}.*?^\1\n", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^@\w+\{([^,\s]+),.*?^\}\n*", re.MULTILINE | re.DOTALL)


def own(course: Course) -> dict[str, str]:
    """Return the files that a course has in another form than the book: path, text.

    Raises
    ------
    SystemExit
        If one of them cannot be read; the message says why.
    """
    made = {
        path: make(contents.text_of(course.root / path), course)
        for path, make in MAKERS.items()
        if (course.root / path).is_file()
    }
    made |= _with_references(course, made)
    texts = _kept_texts(course, made)
    made["book/references.bib"] = bibliography(course, "\n".join(texts.values()))
    made["book/moved.yml"] = moved(course, texts)
    return made


# --- The root -------------------------------------------------------------------------


def toc(text: str, course: Course) -> str:
    """Return the contents without what is left out."""
    for page in course.absent:
        text, _ = contents.take_out(text, page.removeprefix("book/"))
    return text


def config(text: str, course: Course) -> str:
    """Return the settings with the course's title, and where the whole book is."""
    words = dict.fromkeys(("title", "project", "ogp_site_name"), course.title)
    if course.published:
        words["published_book"] = course.published
    for key, value in words.items():
        quoted = json.dumps(value, ensure_ascii=False)
        text = re.sub(
            rf"^( *){key}: .*?(  #.*)?$",
            lambda m, key=key, quoted=quoted: f"{m[1]}{key}: {quoted}{m[2] or ''}",
            text,
            flags=re.MULTILINE,
        )
    return text


def readme(_, course: Course) -> str:
    """Return the first page of the repository."""
    settings = yaml.safe_load(contents.text_of(course.root / "_config.yml"))
    number = len(course.chapters)
    words = {
        "TITLE": course.title,
        "COUNT": "One chapter" if number == 1 else f"{number} chapters",
        "BOOK": settings["title"],
        "SOURCE": source_of(course),
        "AUTHOR": settings["author"],
        "CHAPTERS": listed(course, "book/"),
    }
    text = TEMPLATE.read_text("utf8")
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    paragraphs = text.split("\n\n")
    return "\n\n".join(x if x[0] in "-`" else _wrapped(x) for x in paragraphs) + "\n"


def contributing(text: str, course: Course) -> str:
    """Return the handbook; what it names as an example may stand in the whole book."""

    def say(match: re.Match) -> str:
        page = course.absent.get(match[1])
        return f"{page} of the whole book" if page else match[0]

    return re.sub(r"`(book/[\w/-]+)\.ipynb`", say, text)


def source_of(course: Course) -> str:
    """Return the web address of the whole book: its site, or else its repository."""
    return course.published or notebooks.repository(course.root).partition("#")[0]


# --- Pages ----------------------------------------------------------------------------


def index(text: str, course: Course) -> str:
    """Return the first page, on which the chosen chapters stand where others stood.

    The list of all chapters goes, folded or not; what is made when the site is built,
    such as the map, shows the chosen ones by itself, and stays.
    """
    head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    head = re.sub(r"^# .+", lambda _: f"# {course.title}", head, flags=re.MULTILINE)
    title = yaml.safe_load(contents.text_of(course.root / "_config.yml"))["title"]
    said = f"Chapters of [{title}]({source_of(course)}), chosen for a course."
    for k, section in enumerate(sections):
        if ".ipynb)" in section:
            heading, _, rest = section.partition("\n")
            rest = FOLDED.sub(lambda m: "" if ".ipynb)" in m[0] else m[0], rest)
            rest = "" if ".ipynb)" in rest else rest.strip("\n") + "\n\n"
            shown = [heading, _wrapped(said), listed(course), rest]
            sections[k] = "\n\n".join(shown)
            break
    return "".join([head, *sections])


def listed(course: Course, folder: str = "") -> str:
    """Return the chapters as a list: what each asks, and what it needs from elsewhere.

    ``folder`` leads to them from where the list stands.
    """
    items = []
    for chapter in course.chapters:
        said = f"- [{course.title_of(f'book/{chapter}')}]({folder}{chapter}.ipynb)"
        question = course.question_of(chapter)
        said += f": {question}" if question else "."
        needed, asked = course.needs(chapter), course.asks_again(chapter)
        if needed:
            said += f" Builds on {_in_words(needed)}, not in this course."
        if more := [page for page in asked if page not in needed]:
            said += f" Asks again what was asked in {_in_words(more)}."
        items.append(_wrapped(said, "  "))
    return "\n".join(items)


def _in_words(pages: list[elsewhere.Elsewhere]) -> str:
    *most, last = map(str, pages)
    return f"{', '.join(most)} and {last}" if most else last


def _wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines that an editor shows, no link broken at a hyphen."""
    return textwrap.fill(
        text,
        88,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def api(text: str, course: Course) -> str:
    """Return the page on the package, without the methods that are not there."""

    def is_there(module: str) -> bool:
        place = course.root / "src" / module.replace(".", "/")
        files = {place.with_suffix(".py"), place / "__init__.py"}
        return METHODS not in f"{place}/" or bool(files & course.modules)

    found = []
    for section in re.split(r"^(?=##+ )", text, flags=re.MULTILINE):
        kept = MODULE.sub(lambda m: m[0] if is_there(m[1]) else "", section)
        if MODULE.search(kept) or not MODULE.search(section):
            found.append(re.sub(r"%%\n(?=%% ```\n)", "", kept))
    return "".join(found)


def bibliography(course: Course, texts: str) -> str:
    """Return the sources that a page or a claim of the course names."""
    named = {*re.findall(r"[\w:.-]+", texts)}
    text = contents.text_of(course.root / "book" / "references.bib")
    return ENTRY.sub(lambda m: m[0] if m[1] in named else "", text)


def moved(course: Course, texts: Mapping[str, str]) -> str:
    """Return what was renamed or removed: what the course still refers to is, too.

    That is what :func:`elsewhere.without` leaves to the site: labels, cards.
    """
    linked = {
        elsewhere.target(link, name.partition(".")[0])
        for name, text in texts.items()
        for _, link, _ in rename.LINK.findall(text)
    }
    lost = [page for page in course.absent if page in linked]
    lines = [page.removeprefix("book/") for page in lost]
    referred = remove.referred("\n".join(texts.values()))
    for page in course.absent if referred else ():
        lines += sorted(referred & absent.labels(absent.source(page, course.root)))
    said = [f"{line}: null" for line in lines]
    return next(iter(rename.remembered(course.root, *said).values()))


def _with_references(course: Course, made: Mapping[str, str]) -> dict[str, str]:
    """Return the pages that refer to what is left out, so that they do no longer."""
    found = {}
    for page in contents.pages(course.root):
        path, name = course.root / f"{page}.md", f"{page}.md"
        if page in course.absent or not path.is_file():
            continue
        before = made.get(name, contents.text_of(path))
        after = elsewhere.without(before, page, course.absent)
        found |= {name: after} if after != before else {}
    for chapter in course.chapters:
        notebook = notebooks.read(course.path_of(chapter))
        before = notebooks.text_of(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                page = f"book/{chapter}"
                cell.source = elsewhere.without(cell.source, page, course.absent)
        after = notebooks.text_of(notebook)
        found |= {f"book/{chapter}.ipynb": after} if after != before else {}
    return found


def _kept_texts(course: Course, made: Mapping[str, str]) -> dict[str, str]:
    """Return what the pages of a course say, and what stands beside them, by path."""
    texts, kinds = {}, {".ipynb", ".md", ".yaml", ".yml"}
    for path in sorted((course.root / "book").rglob("*.*")):
        name = path.relative_to(course.root).as_posix()
        if path.suffix not in kinds or path.name == "moved.yml":
            continue
        if course.keeps(name) and ".ipynb_checkpoints" not in path.parts:
            texts[name] = made.get(name) or contents.text_of(path)
    return texts


# --- Lists ----------------------------------------------------------------------------


def runs(text: str, course: Course) -> str:
    """Return how the chosen chapters were run."""
    return _lines(text, {*course.chapters})


def stability(text: str, course: Course) -> str:
    """Return what fresh seeds made of the claims of the chosen chapters."""
    claims = entries.load(course.root / "book")
    return _lines(
        text, {k for k, c in claims.items() if c["chapter"] in course.chapters}
    )


def _lines(text: str, names: set[str]) -> str:
    """Return the lines of a list that begin with a name, and the comments."""
    lines = text.splitlines(keepends=True)
    return "".join(x for x in lines if x[0] == "#" or x.split(" ")[0] in names)


MAKERS: dict[str, Callable[[str, Course], str]] = {
    "_toc.yml": toc,
    "_config.yml": config,
    "README.md": readme,
    "CONTRIBUTING.md": contributing,
    "book/index.md": index,
    "book/api.md": api,
    "book/runs.txt": runs,
    "book/stability.txt": stability,
}
