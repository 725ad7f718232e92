"""One cause, one message: it says where and what to do, once, in every command."""

import copies
import pytest
from copies import CHAPTER, SLUG, edit, edit_cell
from test_together import snapshot

from tools import contents, notebooks

NOT_YAML = f"""\
book/{CHAPTER}.yml, line 6: not YAML, mapping values are not allowed in this context:
    statement: said: In {SLUG}, the mean of n independent samples spreads as σ/√n.
Put it in quotes, """
COMMANDS = {  # what is called, and whether it speaks of one chapter alone
    "check": ("tools.check", CHAPTER),
    "run": ("tools.run", CHAPTER),
    "run all": ("tools.run",),
    "site": ("tools.site",),
}


@pytest.mark.parametrize("command", [*COMMANDS, "new"])
def test_a_claim_that_is_not_yaml_is_named_once(book, command):
    edit(book, f"book/{CHAPTER}.yml", "statement: In", "statement: said: In")
    before = snapshot(book)
    done = copies.python(book, "-m", *COMMANDS.get(command, ("tools.new", "demo/b")))
    said = done.output.replace("Building the site ...\n", "")
    assert done.returncode == 1 and said.startswith(NOT_YAML), said
    assert said.count("\n") == 5
    assert snapshot(book) == before


@pytest.mark.parametrize("file", ["_config.yml", "book/glossary.yml", "book/moved.yml"])
def test_any_other_file_that_is_not_yaml_is_named(sound, tmp_path, file):
    for name in ("_toc.yml", "_config.yml", "book/glossary.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((sound / name).read_text("utf8"), "utf8")
    (tmp_path / file).write_text("a: b: c", "utf8")
    with pytest.raises(SystemExit, match=f"^{file}, line 1: not YAML, mapping"):
        contents.pages(tmp_path)


def test_a_claim_that_cannot_be_read_is_named(book):
    edit(book, f"book/{CHAPTER}.yml", "expected: holds", "expected: perhaps")
    with pytest.raises(SystemExit, match=f"{SLUG}-first-claim in .*, not 'perhaps'$"):
        contents.pages(book)


@pytest.mark.parametrize("command", COMMANDS)
def test_code_that_is_not_python_is_named_once(book, command):
    edit_cell(book, "toy", "[1, 2, 6]", "[1, 2, 6")
    done = copies.python(book, "-m", *COMMANDS[command])
    said = done.output.replace("Building the site ...\n", "")
    place = f"{CHAPTER}: cell [3], line 1: closing parenthesis ')' does not match"
    assert done.returncode == 1 and said.startswith(place), said
    assert said.endswith(": np.mean([1, 2, 6)\n") and said.count("\n") == 1


def test_exercises_that_are_not_python_are_named(book):
    edit(book, f"book/{CHAPTER}.exercises.py", "EXERCISES = {", "EXERCISES = {{")
    path = notebooks.find(CHAPTER, book)
    reason = notebooks.stale(path, book)
    assert reason.startswith(f"{CHAPTER}: {SLUG}.exercises.py, line "), reason
