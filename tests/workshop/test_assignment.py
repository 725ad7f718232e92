"""Assignments: what students get tells no answer, and what they hand in gets points."""

import csv
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import copies
import pytest
from copies import CHAPTER, SLUG, edit
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from evidence import exercises
from tools import assignment, notebooks
from tools.notebooks import ROOT
from tools.student_exercises import plain

# --- What students get ----------------------------------------------------------------

SLUGS = [path.name.partition(".")[0] for path in ROOT.glob("book/*/*.exercises.py")]
TASKS = {f"{s}/{name}": x for s in SLUGS for name, x in exercises.of_chapter(s).items()}
ASK = """
import json, sys
from evidence import exercises
for name, answers in json.loads(sys.argv[1]).items():
    task = exercises.find(name)
    if not answers:
        function = eval(f"lambda {','.join('abcdefgh'[:task['arguments']])}: 0")
    given = [*map(exercises.built, answers)] or [function]
    said = {repr(exercises.check(name, answer)) for answer in given}
    print(name, said - {f"Exercise {name}: the answer should be {task['wanted']}."})
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The students' package of the whole book, unpacked into src/."""
    folder = tmp_path_factory.mktemp("package")
    zipfile.ZipFile(assignment.package(folder)).extractall(folder / "src")
    return folder


@pytest.fixture(scope="module")
def handed_out(package):
    """All texts that students get, each file and each chapter's notebook, by name."""
    kinds = (".py", ".json", ".yml", ".js", ".css", ".txt")
    files = [path for path in package.rglob("*") if path.suffix in kinds]
    texts = {path.name: path.read_text("utf8") for path in files}
    for path in notebooks.chapters():
        notebook = notebooks.read(path)
        assignment.source(notebook, "colab")
        assignment.clear(notebook)
        texts[path.stem] = notebooks.text_of(notebook)
    return texts


def test_the_package_says_the_same_of_right_and_wrong_answers(package):
    asked = {
        name: [plain(x) for x in (*item.right, *(wrong for wrong, _ in item.wrong))]
        if item.task
        else []
        for name, item in TASKS.items()
    }
    done = copies.python(package, "-c", ASK, json.dumps(asked))
    assert done.returncode == 0, done.output
    said = [f"{name} {{'Exercise {name}: recorded.'}}" for name in asked]
    assert done.stdout.splitlines() == said


def test_what_the_package_knows_of_a_task_is_its_form(handed_out):
    known = json.loads(handed_out["handed_out.json"])
    assert known.keys() == TASKS.keys()
    fields = {"kind", "wanted", "question", "options", "lines", "shape", "arguments"}
    assert {field for task in known.values() for field in task} == fields
    assert "expected" not in handed_out["exercises.py"]
    assert not [name for name in handed_out if name.endswith(".exercises.py")]


def test_no_right_answer_and_no_word_about_one_stands_in_what_students_get(handed_out):
    everything = "\n".join(handed_out.values())
    words = {text for x in TASKS.values() if x.task for text in (x.task["confirm"],)}
    words |= {why for x in TASKS.values() for _, why in x.wrong}
    words = {json.dumps(text, ensure_ascii=False)[1:-1] for text in words}
    told = [text for text in words if len(text) > 20 and text in everything]
    taught = {"with γ = −σ the batch comes back mirrored", "what overlaps is added"}
    assert set(told) == taught  # by a claim, and by a chapter's text
    numbers = {
        number
        for item in TASKS.values()
        if item.task and item.task["kind"] in ("number", "vector")
        for number in map(repr, exercises.np.ravel(item.task["expected"]).tolist())
    }
    long = {number for number in numbers if len(number.strip("-0.")) > 6}
    assert len(words) > 500 and len(long) > 40
    assert not [number for number in long if number in everything]


def test_no_line_of_a_solution_stands_in_what_students_get(handed_out):
    looked_for = 0
    for path in notebooks.chapters():
        cells = [c for _, c in notebooks.code_cells(notebooks.read(path))]
        solved = [c for c in cells if "solution" in c.metadata.get("tags", [])]
        others = "\n".join(c.source for c in cells if c not in solved)
        for line in {x.strip() for cell in solved for x in cell.source.splitlines()}:
            if len(line) > 8 and "exercises.check" not in line and line not in others:
                looked_for += 1
                assert json.dumps(line)[1:-1] not in handed_out[path.stem], line
    assert looked_for > 300


def test_a_function_that_the_package_has_is_not_graded():
    path = notebooks.find("detection-geometry/iou-nms")
    notebook = notebooks.read(path)
    assert assignment.source(notebook, "") == ["iou-nms/all-pairs-at-once"]


# --- A small course -------------------------------------------------------------------

BOTH = """EXERCISES["both"] = vector([1, 2], mistakes=[([2, 1], "the wrong way round")])
"""
FUNCTION = "def standard_error(x):\n    return np.std(x, ddof={}) / np.sqrt(len(x))"
RIGHT = {
    "standard-error": "answer_standard_error = 2 / 5",
    "assumption": 'answer_assumption = "b"',
    "both": "answer_both = [1, 2]",
    "from-data": FUNCTION.format(1),
}
SUBMISSIONS = {
    "right": RIGHT,
    "wrong": {
        "standard-error": "answer_standard_error = 0.08",
        "assumption": 'answer_assumption = "c"',
        "both": "answer_both = 3",
        "from-data": FUNCTION.format(0),
    },
    "half": {
        "standard-error": "answer_standard_error = 0.4",
        "both": "answer_both = [1, 1]",
    },
    "crash": RIGHT
    | {"assumption": "1 / 0", "from-data": "def standard_error(x): 1 / 0"},
}
ORDER = ("standard-error", "assumption", "from-data", "both")
POINTS = {
    "right": [1, 1, 4, 2],
    "wrong": [0, 0, 0, 0],
    "half": [1, 0, 0, 1],
    "crash": [1, 0, 0, 2],
}


@pytest.fixture(scope="module")
def book(sound, tmp_path_factory):
    """A book whose chapter has little but tasks."""
    root = tmp_path_factory.mktemp("assigned") / "book"
    copies.shutil.copytree(sound, root)
    file = f"book/{CHAPTER}.exercises.py"
    edit(root, file, "function, number", "function, number, vector")
    edit(root, file, "EXERCISES = {", "EXERCISES = {}\nEXERCISES |= {")
    with (root / file).open("a", encoding="utf8") as out:
        out.write(BOTH)
    notebook = notebooks.read(copies.chapter_of(root))
    check = f'exercises.check("{SLUG}/both", answer)'
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        or re.match("colab|setup|stub|solution", cell.id)
    ]
    solution = new_code_cell(f"answer = [1, 2]\n{check}", id="solution-4")
    solution.metadata["tags"] = ["solution", "hide-cell"]
    notebook.cells += [new_code_cell(f"answer = ...\n{check}", id="stub-4"), solution]
    notebooks.write(copies.chapter_of(root), notebook)
    return root


@pytest.fixture(scope="module")
def course(book):
    """The folder of its assignment, with submissions."""
    done = copies.python(book, "-m", "tools.assignment", SLUG)
    folder = book / "_build" / "assignment"
    said = f"Assignments: {folder} (README.md says what is next)\n"
    assert done.stdout == said, done.output
    for student, answers in SUBMISSIONS.items():
        hand_in(folder, student, answers)
    return folder


def hand_in(folder, student, answers, begin="") -> None:
    """Write a submission into a course."""
    notebook = notebooks.read(folder / "students" / SLUG / f"{SLUG}.ipynb")
    for cell in notebook.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if (name := task.removesuffix("-answer")) in answers and name != task:
            cell.source = answers[name]
    if begin:
        notebook.cells.insert(3, new_code_cell(begin))
    path = folder / "submitted" / student / SLUG / f"{SLUG}.ipynb"
    path.parent.mkdir(parents=True)
    notebooks.write(path, notebook)


def test_an_assignment_comes_with_a_package_and_waits_for_every_answer(course):
    folder = course / "students" / SLUG
    (wheel,) = folder.glob("*.whl")
    text = (folder / f"{SLUG}.ipynb").read_text("utf8")
    assert f'%pip install --quiet \\"./{wheel.name}' in text and "git+" not in text
    assert text.count(assignment.STUB) == len(RIGHT)
    assert "judge" not in text and "SOLUTION" not in text
    assert f'exercises.check(\\"{SLUG}/both\\", answer_both)' in text


def test_an_assignment_that_is_there_stays_and_so_does_the_seed(course, book):
    seed = (course / "seed.txt").read_bytes()
    done = copies.python(book, "-m", "tools.assignment", SLUG)
    assert done.returncode == 1 and "is there already: move or delete" in done.output
    assert (course / "seed.txt").read_bytes() == seed


def test_nbgrader_generates_and_grades_it(course):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # where alembic is
    for command in ("generate_assignment", "autograde"):
        arguments = ["-m", "nbgrader", command, SLUG]
        done = copies.python(course, *arguments, PATH=path)
        assert done.returncode == 0, done.output
    released = notebooks.read(course / "release" / SLUG / f"{SLUG}.ipynb")
    ours = notebooks.read(course / "students" / SLUG / f"{SLUG}.ipynb")
    assert [c.source for c in released.cells] == [c.source for c in ours.cells]
    with Gradebook(f"sqlite:///{course}/gradebook.db") as found:
        for student, points in POINTS.items():
            grades = found.find_submission(SLUG, student).notebooks[0].grades
            assert {x.name: x.score for x in grades} == named(points), student


def named(points) -> dict:
    return dict(zip(ORDER, points, strict=True))


# --- make grade -----------------------------------------------------------------------

HOSTILE = """
from evidence import exercises
from IPython.display import display
for task in ([], "hello-chapter/both", None):
    data = {"exercise": task, "points": 9} if task is not None else 5
    display({"application/vnd.evidence.handed-in+json": data}, raw=True)
exercises.find = exercises.called = lambda *arguments: 1 / 0
"""


@pytest.fixture(scope="module")
def grades(course, book):
    """What make grade says of each student: points by task, and messages by task."""
    hand_in(course, "endless", RIGHT | {"assumption": "import time\ntime.sleep(1e4)"})
    hand_in(course, "dies", RIGHT | {"from-data": "import os\nos._exit(1)"})
    hand_in(course, "greedy", RIGHT | {"assumption": "np.ones(2**32)"})
    hand_in(course, "hostile", RIGHT, begin=HOSTILE)
    (course / "submitted" / "broken.ipynb").write_text("{")
    limits = ["--cell", "15", "--memory", "4"]
    done = copies.python(book, "-m", "tools.grade", str(course / "submitted"), *limits)
    assert done.returncode == 0, done.output
    with (course / "grades-by-task.csv").open(encoding="utf8", newline="") as file:
        rows = [*csv.DictReader(file)]
    points, said = {}, {}
    for row in rows:
        task = row["task"].partition("/")[2]
        points.setdefault(row["student"], {})[task] = float(row["points"])
        said.setdefault(row["student"], {})[task] = row["message"]
    return points, said


def test_grading_without_nbgrader_gives_the_same_points(grades):
    points, said = grades
    assert {student: points[student] for student in POINTS} == {
        student: named(expected) for student, expected in POINTS.items()
    }
    assert said["wrong"]["from-data"].startswith(
        "not yet: that is the biased deviation"
    )
    assert said["half"]["assumption"] == "not attempted."
    assert said["crash"]["assumption"] == "not handed in."
    assert "ZeroDivisionError" in said["crash"]["from-data"]


def test_a_loop_a_dead_kernel_and_a_full_memory_stop_nobody_else(grades):
    points, said = grades
    assert points["endless"] == points["greedy"] == named([1, 0, 4, 2])
    assert "a cell was interrupted after 15 s" in said["endless"]["assumption"]
    assert points["dies"] == named([1, 1, 0, 0])
    assert "DeadKernelError" in said["dies"]["from-data"]
    assert points["broken"] == named([0, 0, 0, 0])
    assert "cannot be read as a notebook" in said["broken"]["both"]


def test_a_notebook_that_changes_the_checks_gets_no_points_for_it(grades):
    points, _ = grades
    assert points["hostile"] == named([0, 0, 0, 0])
