"""Courses: repositories of chosen chapters, in which what comes along still holds."""

import ast
import os
import re
import shutil
import subprocess

import copies
import pytest
import yaml
from bookext import syllabus
from copies import CHAPTER, edit_cell

from tools import course, course_keeps, elsewhere, notebooks, rename
from tools.elsewhere import Elsewhere
from tools.fingerprint import reached
from tools.notebooks import ROOT

WHERE = "https://example.org/book"
OF = "https://example.org/"
CARD = "\n\n:::{card} Card\n:link: away\n:link-type: doc\n:::"

# --- What is chosen -------------------------------------------------------------------

NAMES = [notebooks.name_of(path) for path in notebooks.chapters()]
FIRST, SECOND = NAMES[:2]


@pytest.mark.parametrize(
    "said",
    [
        (SECOND, FIRST),
        (FIRST.partition("/")[2], f"book/{SECOND}.ipynb", FIRST),
        ("all",),
    ],
    ids=["parts", "slugs", "all"],
)
def test_chapters_are_named_by_slug_or_path_and_stand_as_in_the_contents(said):
    drafts = {notebooks.name_of(path) for path in notebooks.drafts()}
    finished = [name for name in NAMES if name not in drafts]
    wanted = finished if said == ("all",) else [FIRST, SECOND]
    assert course.chosen(said, ROOT) == wanted


def test_a_file_may_name_the_chapters(tmp_path):
    file = tmp_path / "chosen.txt"
    file.write_text(f"# This winter\n{SECOND}  # in May\n\n{FIRST}\n", "utf8")
    assert course.chosen([str(file)], ROOT) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "name", [FIRST[:-1], FIRST.partition("/")[2][1:], f"elsewhere{FIRST[5:]}"]
)
def test_an_unknown_name_gets_the_nearest(name):
    with pytest.raises(
        SystemExit, match=f"no chapter '{name}'; the nearest: .*{FIRST}"
    ):
        course.chosen([SECOND, name], ROOT)


def test_a_name_like_no_other_gets_all_and_none_the_usage():
    with pytest.raises(SystemExit, match=f"no chapter '§'\nthere are .*{SECOND}"):
        course.chosen(["§"], ROOT)
    paths = [p for p in notebooks.chapters() if notebooks.is_tagged(p, "opening")]
    opening = map(notebooks.name_of, paths)
    with pytest.raises(SystemExit, match="nothing is claimed there"):
        course.chosen(opening, ROOT)
    with pytest.raises(SystemExit, match="there is no file lost.txt that lists"):
        course.chosen(["lost.txt"], ROOT)
    with pytest.raises(SystemExit, match='CHAPTERS="'):
        course.chosen([], ROOT)


# --- References -----------------------------------------------------------------------

THERE = {
    "book/far/away": Elsewhere("Away from it", f"{WHERE}/far/away.html"),
    "book/nan": Elsewhere("Not a number", f"{WHERE}/nan.html"),
}
NOWHERE = {page: Elsewhere(there.title) for page, there in THERE.items()}
REFERENCES = {  # what stands on book/near/here: as text, and with an address
    "a bias ([more](../far/away.ipynb)).": (
        "a bias.",
        f"a bias ([more]({WHERE}/far/away.html)).",
    ),
    "a bias\n  ([more][x], [so](../far/away.ipynb)).": (
        "a bias\n  ([more][x], so).",
        f"a bias\n  ([more][x], [so]({WHERE}/far/away.html)).",
    ),
    "see [two\n words](../far/away.ipynb#there)": (
        "see two\n words",
        f"see [two\n words]({WHERE}/far/away.html#there)",
    ),
    "[an [inner] one](/book/far/away.ipynb)": (
        "an [inner] one",
        f"[an [inner] one]({WHERE}/far/away.html)",
    ),
    "[](../far/away.ipynb)": (
        "Away from it",
        f"[Away from it]({WHERE}/far/away.html)",
    ),
    "{doc}`../far/away`": ("Away from it", f"[Away from it]({WHERE}/far/away.html)"),
    "{doc}`words </book/far/away>`": ("words", f"[words]({WHERE}/far/away.html)"),
    "[NaN](../nan.md)": ("NaN", f"[NaN]({WHERE}/nan.html)"),
    **{
        text: (text, text)
        for text in (
            "([more](other.ipynb)) [words](../far/away2.ipynb) {doc}`other`",
            "[words](https://example.org/far/away.ipynb) {term}`far <away>`",
            "f(far/away) `book/far/away` ![p](../far/away.png) [x](#far/away)",
        )
    },
}


@pytest.mark.parametrize("text", REFERENCES)
def test_references_become_text_or_links(text):
    page = "book/near/here"
    found = tuple(elsewhere.without(text, page, each) for each in (NOWHERE, THERE))
    assert found == REFERENCES[text]


# --- A small course, file by file -----------------------------------------------------


@pytest.fixture(scope="module")
def whole(sound, tmp_path_factory):
    """Return a small book: a chapter that refers to another one, and pages."""
    root = tmp_path_factory.mktemp("course") / "whole"
    shutil.copytree(sound, root)
    for name in ("README.md", "CONTRIBUTING.md", ".gitignore", "Makefile", ".ci/run"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for ending in rename.ENDINGS:
        text = (root / "book" / f"{CHAPTER}{ending}").read_text("utf8")
        changes = {"hello-chapter": "away", "Hello chapter": "Away", '"draft"': '"x"'}
        for old, new in changes.items():
            text = text.replace(old, new)
        (root / "book" / "demo" / f"away{ending}").write_text(text, "utf8")
    toc = (root / "_toc.yml").read_text("utf8")
    listed = f"      - file: book/{CHAPTER}\n"
    toc = toc.replace(listed, listed + "      - file: book/demo/away\n")
    (root / "_toc.yml").write_text(toc, "utf8")
    edit_cell(root, "title", "a link", "a link ([here](away.ipynb))")
    edit_cell(root, "practice", "## ", "See {doc}`away`, {eq}`away-variance`.\n\n## ")
    edit_cell(root, "remember", "## Read on", f"{CARD}\n\n## Read on")
    check = "exercises.check"
    edit_cell(root, "stub-1", check, f'exercises.recall("away/assumption")\n{check}')
    (root / "book" / "runs.txt").write_text(f"{CHAPTER} ab 5\ndemo/away cd 6\n", "utf8")
    return root


@pytest.fixture(scope="module")
def small(whole):
    """Return a course of one chapter that does without the published book."""
    course.main([CHAPTER], whole.parent / "small", whole, title='Of "one": a test')
    return whole.parent / "small"


@pytest.fixture(scope="module")
def joined(whole):
    """Return the same course, with links to the published book."""
    course.main([CHAPTER], whole.parent / "joined", whole, of=OF)
    return whole.parent / "joined"


def prose(root) -> str:
    cells = notebooks.read(notebooks.find(CHAPTER, root)).cells
    return "\n".join(c.source for c in cells if c.cell_type == "markdown")


def test_the_other_chapter_stays_behind_but_for_what_is_asked_again(small):
    there = sorted(path.name for path in (small / "book" / "demo").iterdir())
    own = [f"hello-chapter{ending}" for ending in rename.ENDINGS]
    assert there == sorted(["away.exercises.py", *own])
    toc = (small / "_toc.yml").read_text("utf8")
    assert f"book/{CHAPTER}\n" in toc and "away" not in toc and "loss-is-nan" not in toc
    assert not (small / "book" / "loss-is-nan.md").exists()
    assert (small / "book" / "runs.txt").read_text("utf8") == f"{CHAPTER} ab 5\n"


def test_lessons_come_along_and_the_syllabus_only_with_all_its_chapters(small):
    assert not [*(small / "book").glob("syllabus.*")]
    lessons = (small / "book" / "teaching.md").read_text("utf8")
    assert "{teaching}" in lessons and "The\nsyllabus puts" in lessons
    weeks = syllabus.read()["weeks"]
    named = [name for week in weeks for name in syllabus.chapters(week)]
    assert "book/syllabus" not in course_keeps.Course(ROOT, tuple(named), "").absent
    assert "book/syllabus" in course_keeps.Course(ROOT, tuple(named[1:]), "").absent


def test_code_and_outputs_are_the_book_s(whole, small):
    before, after = (notebooks.read(notebooks.find(CHAPTER, r)) for r in (whole, small))
    for old, new in zip(before.cells, after.cells, strict=True):
        assert new == old or new.cell_type == "markdown"
    for ending in rename.ENDINGS[1:]:
        name = f"book/{CHAPTER}{ending}"
        assert (small / name).read_bytes() == (whole / name).read_bytes()


def test_what_refers_to_the_other_is_text_or_a_link(small, joined):
    said, linked = prose(small), prose(joined)
    assert "two, with a link to the chapter" in said and "away.ipynb" not in said
    assert "See Away, {eq}`away-variance`." in said
    assert f"a link ([here]({WHERE}/demo/away.html)) to" in linked
    moved = yaml.safe_load((small / "book" / "moved.yml").read_text("utf8"))
    assert moved == {"demo/away": None, "away-variance": None}  # the site knows them


def test_first_pages_say_what_is_there_and_what_is_needed(small, joined):
    line = "[Hello chapter]({}): One question this chapter answers? Builds on {}, not"
    for root, there in ((small, "*Away*"), (joined, f"[Away]({WHERE}/demo/away.html)")):
        for name, to in (("README.md", f"book/{CHAPTER}"), ("book/index.md", CHAPTER)):
            text = " ".join((root / name).read_text("utf8").split())
            assert line.format(f"{to}.ipynb", there) in text
            assert '# Of "one": a test' in text or root == joined
            assert text.count(".ipynb)") == 1
        assert "{map}" in text and "{routes}" in text  # made of the chosen
    settings = yaml.safe_load((small / "_config.yml").read_text("utf8"))
    assert settings["title"] == settings["sphinx"]["config"]["project"]
    assert settings["title"] == 'Of "one": a test'
    joint = yaml.safe_load((joined / "_config.yml").read_text("utf8"))
    assert joint["sphinx"]["config"]["published_book"] == OF.rstrip("/")
    assert "@" not in (small / "README.md").read_text("utf8")


def test_it_is_a_repository_whose_scripts_can_be_run(small):
    listed = subprocess.run(
        ["git", "ls-files"], cwd=small, capture_output=True, text=True, check=True
    ).stdout.split()
    there = {p.relative_to(small).as_posix() for p in small.rglob("*") if p.is_file()}
    assert {*listed} == {name for name in there if not name.startswith(".git/")}
    assert os.access(small / ".ci" / "run", os.X_OK)
    assert not any("_build" in name or "__pycache__" in name for name in listed)


def test_a_course_can_be_made_of_a_course(small, whole):
    again = course.main([CHAPTER], whole.parent / "again", small)
    assert notebooks.chapters(whole.parent / "again") == [
        whole.parent / "again" / "book" / f"{CHAPTER}.ipynb"
    ]
    assert again.title == 'Of "one": a test: a course'


def test_a_folder_in_use_and_what_is_no_address_are_refused(whole, small):
    with pytest.raises(SystemExit, match="small is there already: say TO="):
        course.main([CHAPTER], small, whole)
    with pytest.raises(SystemExit, match="OF is the web address .* not 'example.org'"):
        course.main([CHAPTER], whole.parent / "new", whole, of="example.org")
    assert not (whole.parent / "new").exists()


def test_a_failure_leaves_nothing(whole, monkeypatch):
    monkeypatch.setattr(course.shutil, "copy", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        course.main([CHAPTER], whole.parent / "new", whole)
    assert not (whole.parent / "new").exists()


# --- The rules by which tests come along, kept complete -------------------------------

METHODS = ROOT / course_keeps.METHODS


def named_in(path) -> set[str]:
    """Return the chapters that strings of a file name, or exercises of theirs."""
    tree = ast.parse(path.read_text("utf8"))
    told = {ast.get_docstring(x, clean=False) for x in ast.walk(tree) if _is_told(x)}
    texts = [x.value for x in ast.walk(tree) if isinstance(x, ast.Constant)]
    text = "\n".join(x for x in texts if isinstance(x, str) and x not in told)
    named = {*re.findall(r"(?<![\w-])([\w-]+)/", text)}
    named |= {*re.findall(r"(?<![\w-])([\w-]+/[\w-]+)", text)}
    return {name for name in NAMES if {name, name.partition("/")[2]} & named}


def _is_told(node) -> bool:
    return isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))


def test_a_test_that_names_a_chapter_is_called_after_it():
    """Or else it would come along without what it is about."""
    lost = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        slug = path.stem.removeprefix("test_").replace("_", "-")
        page = ROOT / "book" / f"{slug}.md"
        text = page.read_text("utf8") if page.is_file() else ""
        own = {name for name in NAMES if name.endswith(f"/{slug}")}
        own |= {*re.findall(r"\{stored\} (\S+)", text)}
        if path.parent == ROOT / "tests" / "workshop":
            own = {*NAMES} if path.name.startswith("test_") else set()
        if beyond := sorted(named_in(path) - own):
            lost.append(f"{path.relative_to(ROOT)} names {', '.join(beyond)}")
    cure = "what is about one chapter belongs into tests/book/test_<its slug>.py"
    assert not lost, "\n".join([*lost, cure])


def test_a_method_comes_along_with_its_test():
    """Or else a listing would no longer say by which file a method is tested."""
    lost = set()
    for name in NAMES:
        modules = course_keeps.Course(ROOT, (name,), "").modules
        for module in modules:
            place = module.relative_to(ROOT / "src").with_name(f"test_{module.stem}.py")
            if (test := ROOT / "tests" / place).is_file():
                needed = reached(test.read_text("utf8"), ROOT)
                beyond = {x for x in needed - modules if METHODS in x.parents}
                lost |= {f"{place} needs {x.stem}, {name} does not" for x in beyond}
    assert not lost, "\n".join(sorted(lost))


# --- A course of the book, built and tested -------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Return a course of one chapter of the book that asks again what others asked."""
    root = tmp_path_factory.mktemp("real") / "course"
    made = course.main(["roc-auc"], root)
    assert made.needs("classical/roc-auc") and made.asks_again("classical/roc-auc")
    assert made.exercises
    return root


def test_it_is_built_without_a_warning_and_its_tests_pass(real):
    done = copies.python(real, "-m", "tools.site")
    assert done.returncode == 0, done.output
    names = ("chapters", "exercises", "form", "fresh_seeds", "reference", "roc_auc")
    files = [real / "tests" / "book" / f"test_{name}.py" for name in names]
    done = copies.pytest_in(real, *files)
    assert done.returncode == 0 and "passed" in done.output, done.output


def test_what_it_has_is_what_it_needs(real):
    methods = {path.name for path in (real / course_keeps.METHODS).rglob("*.py")}
    assert methods == {"__init__.py"}
    assert not [*(real / "tests" / "workshop").glob("test_*.py")]
    there = {path.name for path in (real / "tests" / "book").glob("test_*.py")}
    assert "test_roc_auc.py" in there and "test_dropout.py" not in there
    keys = re.findall(r"^@\w+\{(.+),", (real / "book/references.bib").read_text(), re.M)
    assert 5 < len(keys) < 60
