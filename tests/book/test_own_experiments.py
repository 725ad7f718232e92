"""What a chapter invites its readers to change runs when it is changed.

The lesson beside a chapter names changes, as ``tries`` of its homework. The chapter is
run up to the section that they change, and the section once more for each of them, in
one kernel, as a reader does. One chapter comes when it is its turn (``rotation.py``),
all of them in ``make machines``. That each text is in the code, ``test_chapters.py``
asks of every chapter.
"""

import copies
import lessons
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import notebooks
from tools.notebooks import ROOT


def cells_to_run(notebook, tries: list[dict[str, str]]) -> list[str]:
    """Return the code of the chapter to where the last change is, then each try."""
    changed = [lessons.tried(notebook, changes) for changes in tries]
    sources = [cell.source for _, cell in notebooks.code_cells(notebook)]
    last = max(
        k
        for changes in tries
        for k, source in enumerate(sources)
        if any(old in source for old in changes)
    )
    return [*sources[: last + 1], *(source for cells in changed for source in cells)]


def test_what_a_lesson_lets_one_change_runs(chapter_in_turn, tmp_path):
    notebook = notebooks.read(notebooks.find(chapter_in_turn))
    tries = lessons.of(chapter_in_turn, ROOT / "book")["homework"]["tries"]
    copies.in_a_kernel(tmp_path, *cells_to_run(notebook, tries), timeout=1800)


# --- Which cells those are, and an error that is found --------------------------------

NOTEBOOK = new_notebook(
    cells=[
        new_code_cell("seen = {}"),
        new_markdown_cell("## Your own experiment"),
        new_code_cell("SIZE = 4"),
        new_code_cell("seen[SIZE] = SIZE"),
        new_code_cell("seen[4]"),
        new_markdown_cell("What one finds.\n\n## In practice"),
        new_code_cell("seen = SIZE = None"),
    ]
)


def test_a_try_runs_what_is_changed_and_the_rest_of_its_section():
    own = ["SIZE = 2", "seen[SIZE] = SIZE", "seen[4]"]
    assert lessons.tried(NOTEBOOK, {"SIZE = 4": "SIZE = 2"}) == own
    both = {"SIZE] = SIZE": "SIZE] = 3", "seen[4]": "seen"}
    assert lessons.tried(NOTEBOOK, both) == ["seen[SIZE] = 3", "seen"]
    before = ["seen = {}", "SIZE = 4"]
    assert cells_to_run(NOTEBOOK, [{"SIZE = 4": "SIZE = 2"}]) == [*before, *own]


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"SIZE = 5": "SIZE = 2"}, "'SIZE = 5' stands in 0 cells"),
        ({"seen[": "some["}, r"'seen\[' stands in 2 cells"),
        ({"SIZE": "LENGTH"}, "'SIZE' stands in 3 cells"),
        ({"seen = {}": "seen = []", "SIZE = 4": "SIZE = 2"}, "different sections"),
    ],
)
def test_a_change_of_what_stands_elsewhere_or_twice_is_refused(changes, said):
    with pytest.raises(ValueError, match=said):
        lessons.tried(NOTEBOOK, changes)


def test_a_section_that_needs_what_was_changed_is_found(tmp_path):
    cells = cells_to_run(NOTEBOOK, [{"SIZE = 4": "SIZE = 2"}])
    with pytest.raises(AssertionError, match="KeyError: 4"):
        copies.in_a_kernel(tmp_path, *cells)
