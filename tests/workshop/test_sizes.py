"""How large a chapter is: the minutes on its page, and the sizes of its form."""

import pytest
import sizes

from evidence import cards, exercises, figures


def output(mime, **data):
    return {"data": {mime: data}}


def code(source, *outputs):
    made = {"cell_type": "code", "source": source, "outputs": outputs}
    return made | {"metadata": {}}


def prose(source, words=0):
    return {"cell_type": "markdown", "source": source + words * " word"}


FIGURE = output(figures.MIME)
WIDGET = {"data": {figures.MIME: {}, sizes.VIEW: {}}}
TASK = output(exercises.MIME, exercise="slug/task")


def asks(number):
    return code(
        "claims.predict()", output(cards.Prediction.mime, questions=number * "?")
    )


def lines(number, width=9):
    return code("\n".join(number * [f"x = {(width - 4) * '1'}"]))


def test_what_a_reader_meets_is_counted_and_going_deeper_by_itself():
    main, deeper = sizes.of(
        [
            prose("# T", 149),
            code("x = 1\n\ny = 2", FIGURE),
            code("z = 3", WIDGET),
            asks(2),
            prose("## 1. Your own experiment"),
            code("answer = ...", TASK),
            code("# The answer\nanswer = 1", TASK),
            prose("Aside.\n\n## Going deeper\n\nMore."),
            code("w = 4", FIGURE),
            prose("## Read on"),
        ]
    )
    assert main.words == 151 + 5 + 1 + 3 and deeper.words == 4
    assert main.cells == [2, 1, 0, 1, 2] and main.runs == [3, 3, 0, 0]
    assert (main.predictions, main.figures, main.widgets) == ([2], 1, 1)
    assert (main.tasks, main.open_task, deeper.cells) == ({"slug/task"}, True, [1])
    exact = 160 / 150 + 6 / 12 + 2 + 1 + 2 + 3 + 10
    assert main.minutes == int(exact) + 1


def test_headings_may_be_in_another_language(monkeypatch):
    other = {"Going deeper": "Mehr", "Your own experiment": "Dein Versuch"}
    monkeypatch.setattr(sizes.headings, "table", lambda: other)
    cells = [prose("# T"), prose("## Dein Versuch"), prose("## Mehr\n\nDazu.")]
    main, deeper = sizes.of(cells)
    assert main.open_task and deeper.words == 3


SOUND = [prose("# T", 1400), asks(2), lines(20), prose("More.")]
SOUND += [code("figures.show(fig)", *3 * [FIGURE]), code("explore(f)", WIDGET)]
MORE = {  # what is added -> what is said
    "words": ([prose("", 500)], "1,903 words, not 1,200 to 1,800"),
    "deeper": (
        [prose("## Going deeper", 800)],
        "803 words in Going deeper, not 0 to 800",
    ),
    "figures": (
        [code("figures.show(f)", *4 * [FIGURE])],
        "7 figures, not 3 to 6",
    ),
    "widgets": ([code("explore(f)", WIDGET, WIDGET)], "3 widgets, not 1 to 2"),
    "code": (
        10 * [prose("."), lines(19)],
        "210 seen lines of code, not 0 to 200",
    ),
    "a cell": ([lines(21)], "21 seen lines in a cell, not 0 to 20"),
    "no prose": ([lines(15), lines(6)], "21 seen lines without prose, not 0 to 20"),
    "questions": ([asks(3)], "3 questions at a time, not 0 to 2"),
    "wide": ([lines(1, 77)], f"longer than 76 characters: x = {73 * '1'}"),
}


@pytest.mark.parametrize("name", MORE)
def test_what_is_too_large_is_named(name):
    more, said = MORE[name]
    assert sizes.problems(SOUND, core=4) == []
    assert said in sizes.problems(SOUND + more, core=4)
    assert said in sizes.problems(SOUND + more, core=4, finished=False)


def test_a_draft_may_lack_what_a_finished_chapter_needs():
    assert sizes.problems([prose("# T")], core=0, finished=False) == []
    assert sizes.problems([prose("# T")], core=7) == [
        "2 words, not 1,200 to 1,800",
        "7 core claims, not 3 to 6",
        "0 figures, not 3 to 6",
        "0 widgets, not 1 to 2",
    ]


def test_lines_that_are_folded_may_be_wide():
    assert sizes.problems([*SOUND, code(f"claims.judge({90 * '1'})")], core=4) == []
