"""Every notebook of the book as a file: form, parts, claims, and whether it is fresh.

What the cells print is compared by nbval (``tools/nbval_strict.py``); nothing is run
here. Every message names the chapter and, where there is one, the cell.
"""

import ast
import html
import posixpath
import re
import symtable
import tomllib
from collections import Counter
from itertools import pairwise

import lessons
import pytest
import sizes
import yaml
from parts import sections

from evidence import cards, claims, exercises, figures, replications, tables
from tools import notebooks
from tools.fingerprint import as_python
from tools.new import TEMPLATE

ALLOWED_EXCUSES = 0  # cells whose output nbval does not compare
WORDS_OF_AN_OPENING = (800, 1500)
FORBIDDEN = ("simply", "obviously", "clearly", "it can be shown", "of course")
ONE_SHOT = {  # functions whose results are used up, or move on, when they are used
    *("default_rng", "enumerate", "filter", "islice", "iter", "map", "open"),
    *("reversed", "zip"),
}
LINK = re.compile(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`|\]\(([^)\s#]+)\.ipynb(?:#[^)]*)?\)")
OBJECTIVE = re.compile(r"^- (?!\*\*).+", re.MULTILINE)  # what is needed is bold
VERDICT, FIGURE, CAPTION = cards.Verdict.mime, figures.MIME, figures.CAPTION_MIME
SHOWN = {
    cards.Prediction.mime: cards.Prediction,
    cards.Outcome.mime: cards.Outcome,
    cards.Verdict.mime: cards.Verdict,
    cards.Sayings.mime: cards.Sayings,
    exercises.MIME: exercises.Feedback,
    replications.Replication.mime: replications.Replication,
    tables.Table.mime: tables.Table,
}
ASKED = {cards.Prediction.mime, exercises.MIME}  # by widgets that are no figures
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", notebooks.VIEW)

EXPLORER = "evidence.explorer.FrameExplorer"
ALIVE = (EXPLORER, "evidence.asking.Questions", "evidence.tasks.Control")

PATHS = notebooks.formal()
CLAIMS = claims.load()


class Chapter:
    """A notebook with what the tests ask of it."""

    def __init__(self, path, root=notebooks.ROOT):
        self.path, self.root = path, root
        self.name = notebooks.name_of(path, root)
        self.slug = path.stem
        self.notebook = notebooks.read(path)
        self.cells = self.notebook.cells
        self.code = list(notebooks.code_cells(self.notebook))
        self.prose = "\n\n".join(
            cell.source for cell in self.cells if cell.cell_type == "markdown"
        )

    def has_tag(self, tag: str) -> bool:
        """Return whether the title cell is tagged: draft, opening."""
        return tag in self.cells[0].metadata.get("tags", [])

    def part(self) -> list[str]:
        """Return the pages of the part that lists this notebook in _toc.yml."""
        contents = yaml.safe_load((self.root / "_toc.yml").read_text("utf8"))
        for part in contents.get("parts", [contents]):
            pages = [x["file"] for x in part.get("chapters") or [] if "file" in x]
            if f"book/{self.name}" in pages:
                return [page.removeprefix("book/") for page in pages]
        return [self.name]

    def links(self) -> set[str]:
        """Return the pages of the book that the prose links."""
        targets = ("".join(groups) for groups in LINK.findall(self.prose))
        folder = posixpath.dirname(self.name)
        return {posixpath.normpath(posixpath.join(folder, to)) for to in targets}

    def is_one(self) -> bool:
        """Return whether anything says that this is to be a chapter."""
        tags = [tag for cell in self.cells for tag in cell.metadata.get("tags", [])]
        return "colab" in tags or any(self.calls("evidence.setup"))

    def at(self, number: int) -> str:
        return f"{self.slug}, cell [{number}]"

    def calls(self, function: str):
        """Yield number, cell and call of every ``function(...)`` in the code."""
        for number, cell in self.code:
            for node in ast.walk(parse(cell.source)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == function:
                    yield number, cell, node

    def named(self, function: str) -> list[tuple[int, str]]:
        """Return the ids that a function is called with, each with its cell."""
        found = []
        for number, _, call in self.calls(function):
            for argument in call.args[:1]:
                assert isinstance(argument, ast.Constant), (
                    f"{self.at(number)}: {function} takes its ids as plain strings, "
                    f"not {ast.unparse(argument)}"
                )
                found.append((number, argument.value))
        return found

    def stored(self, mime: str) -> list[tuple[int, dict]]:
        """Return the outputs that carry data of a MIME type, each with its cell."""
        return [
            (number, output["data"])
            for number, cell in self.code
            for output in cell.outputs
            if mime in output.get("data", {})
        ]


def parse(source: str) -> ast.Module:
    """Parse a cell, its magics replaced."""
    return ast.parse(as_python(source))


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS], scope="module")
def chapter(request):
    chapter = Chapter(request.param)
    if not chapter.is_one():
        pytest.skip(f"{chapter.slug} is no chapter")
    return chapter


def test_a_lesson_stands_beside_it_that_names_its_tasks(chapter):
    """It is read when the contents are: of the right form, or a message."""
    lesson = lessons.of(chapter.name, chapter.root / "book")
    assert lesson, f"write book/{chapter.name}{lessons.ENDING}: see CONTRIBUTING.md"
    shown = {name for _, name in chapter.named("exercises.check")}
    named = [*lesson["catches"], *lesson["homework"]["tasks"]]
    lost = [name for name in named if f"{chapter.slug}/{name}" not in shown]
    assert not lost, f"book/{chapter.name}{lessons.ENDING}: no task {', '.join(lost)}"


def test_what_the_lesson_lets_one_change_is_in_the_code(chapter):
    """That it runs when it is changed, ``test_own_experiments.py`` says."""
    file = f"book/{chapter.name}{lessons.ENDING}"
    tries = lessons.of(chapter.name, chapter.root / "book")["homework"]["tries"]
    assert tries or chapter.has_tag("opening"), (
        f"{file}: say in `tries` what its own experiment lets one change"
    )
    for changes in tries:
        try:
            lessons.tried(chapter.notebook, changes)
        except ValueError as error:
            pytest.fail(f"{file}: {error}")


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_a_notebook_is_a_chapter_or_says_what_else(path):
    chapter = Chapter(path)
    assert chapter.is_one(), (
        f"{chapter.slug} has nothing of a chapter's form. If that is as it should be, "
        "tag its first cell handout: it is run and shown, its form is free, and its "
        "cells are compared that you tag compare"
    )


# --- Form -----------------------------------------------------------------------------


def test_the_notebook_is_in_normal_form(chapter):
    found = notebooks.problems(chapter.path)
    assert not found, "\n".join(f"{chapter.slug}, {problem}" for problem in found)


def test_the_outputs_were_made_by_the_code_as_it_is(chapter):
    reason = notebooks.stale(chapter.path)
    assert reason is None, reason


# --- Parts ----------------------------------------------------------------------------


def test_the_title_asks_puzzles_and_promises(chapter):
    title = sections(chapter)[0].prose
    assert title.lstrip().startswith("# "), f"{chapter.slug}: the title is missing"
    titles = re.findall(r"^# .+$", chapter.prose, re.MULTILINE)
    assert len(titles) == 1, f"{chapter.slug} has several titles: {titles}"
    asked = re.search(r"^\*\*[^*]+[?？؟]\*\*$", title, re.MULTILINE)
    assert asked, f"{chapter.slug}: the title needs one bold question on its own line"
    needs = re.findall(r"^\*[^*]+\*$", title, re.MULTILINE)
    assert len(needs) == 1 and "Reading:" not in needs[0], (
        f"{chapter.slug}: the title needs one line in italics, *Needs: ...*, to which "
        "the page adds the times of reading and running"
    )
    told = re.split(r"\n\s*\n", title[asked.end() :])
    plain = [text for text in told if re.match(r"\s*[^\W\d_*]", text)]
    puzzled = any(len(text.split()) >= 20 for text in plain)
    assert puzzled or chapter.has_tag("opening"), (
        f"{chapter.slug}: below the question stands a puzzle, a concrete case of 20 "
        "words or more that contradicts what the reader expects"
    )
    objectives = OBJECTIVE.findall(title)
    assert 3 <= len(objectives) <= 5, (
        f"{chapter.slug}: the title lists {len(objectives)} objectives, not 3 to 5"
    )


def test_the_colab_cell_is_the_template_with_the_address_of_the_repository(chapter):
    template = notebooks.read(TEMPLATE / "chapter.ipynb").cells[1]
    expected = template.source.replace("@REPOSITORY@", notebooks.repository())
    cell = chapter.cells[1]
    where = f"{chapter.at(1)}, the Colab cell,"
    assert cell.source == expected, f"{where} is not the template's: `make format`"
    assert cell.metadata.get("tags") == template.metadata.tags, f"{where} lost its tags"


def test_the_second_code_cell_sets_up_after_torch_is_imported(chapter):
    number, cell = chapter.code[1]
    setups = list(chapter.calls("evidence.setup"))
    assert [n for n, _, _ in setups] == [number], (
        f"{chapter.slug}: evidence.setup belongs in cell [{number}] and nowhere else"
    )
    setup_line = setups[0][2].lineno
    for n, other in chapter.code:
        for node in ast.walk(parse(other.source)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.partition(".")[0] == "torch" for name in names):
                assert (n, node.lineno) < (number, setup_line) or _torch_before(
                    cell.source, setup_line
                ), f"{chapter.at(n)}: import torch before evidence.setup, to be seeded"


def _torch_before(source: str, line: int) -> bool:
    return any(
        isinstance(node, (ast.Import, ast.ImportFrom))
        and node.lineno < line
        and re.search(r"\btorch\b", ast.unparse(node))
        for node in ast.walk(parse(source))
    )


def test_no_cell_uses_up_what_another_made(chapter):
    once, generators = {}, set()  # name of a generator -> the cell that made it
    for number, cell in chapter.code:
        tree = parse(cell.source)
        table = symtable.symtable(as_python(cell.source), "cell", "exec")
        own = {symbol.get_name() for symbol in table.get_symbols() if _is_set(symbol)}
        for name in sorted((_names_used(table) - own) & once.keys()):
            pytest.fail(
                f"{chapter.at(number)} uses up {name!r} of cell [{once[name]}], so it "
                "says something else when it is run again: make it in the cell that "
                "uses it, for example rng = np.random.default_rng(1)"
            )
        for name in _grown(tree):
            pytest.fail(
                f"{chapter.at(number)} changes {name!r} of another cell each time it "
                "is run: give what it makes a name of its own"
            )
        generators |= {node.name for node in tree.body if _is_generator(node)}
        made = {k for k, v in _assigned(tree).items() if _is_one_shot(v, generators)}
        once = {name: n for name, n in once.items() if name not in own}
        once |= dict.fromkeys(made, number)


def _is_set(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported()


def _names_used(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a cell reads of the notebook's."""
    top = table.get_type() == "module"
    symbols = [s for s in table.get_symbols() if s.is_referenced()]
    names = {s.get_name() for s in symbols if top or s.is_global()}
    return names.union(*map(_names_used, table.get_children()))


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what a cell itself assigns: names, each with its last value."""
    found = []
    for node in tree.body:
        for target in node.targets if isinstance(node, ast.Assign) else []:
            found.append((target, node.value))
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                found += zip(target.elts, node.value.elts, strict=False)
    return {target.id: v for target, v in found if isinstance(target, ast.Name)}


def _grown(tree: ast.Module) -> list[str]:
    """Return the names that a cell adds to, and so on, without having made them."""
    grown = [
        node.target
        for statement in tree.body
        if not isinstance(statement, (ast.FunctionDef, ast.ClassDef))
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    ]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made = {x.id for x in names if isinstance(x.ctx, ast.Store) and x not in grown}
    return sorted({target.id for target in grown} - made)


def _is_generator(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(part, (ast.Yield, ast.YieldFrom)) for part in ast.walk(node)
    )


def _is_one_shot(value: ast.expr, generators: set[str]) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in ONE_SHOT | generators
    return isinstance(value, ast.GeneratorExp)


def test_texts_take_their_numbers_from_the_constants(chapter):
    """What a caption says of how many were measured is wrong after a change of it."""
    trees = [(number, parse(cell.source)) for number, cell in chapter.code]
    values = [pair for _, tree in trees for pair in _assigned(tree).items()]
    typed = [r"\bintervals? over \d+"] + [
        rf"\b{value.value:,} {name.lower()}\b"
        for name, value in values
        if name.isupper() and isinstance(getattr(value, "value", None), (int, float))
    ]
    found = [
        f"{chapter.at(number)}: {match[0]!r}"
        for number, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (match := re.search("|".join(typed), node.value))
    ]
    assert not found, (
        f"{'; '.join(found)}: take the number from its constant, for example "
        'f"interval over {SEEDS} seeds"'
    )


def test_the_reader_can_turn_a_knob(chapter):
    assert list(chapter.calls("explore")), f"{chapter.slug} has no explore(...)"


def test_the_chapter_has_the_sizes_of_its_form(chapter):
    own = [e for e in CLAIMS.values() if e["chapter"] == chapter.name]
    finished = not (chapter.has_tag("draft") or chapter.has_tag("opening"))
    core = sum(e.get("core", False) for e in own)
    found = sizes.problems(chapter.cells, core, finished)
    assert not found, "\n".join(f"{chapter.slug}: {line}" for line in found)


def test_nothing_is_called_simple_or_obvious(chapter):
    pattern = re.compile(rf"\b({'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
    found = [
        f"{chapter.slug}, cell {cell.id!r}: {match[0]!r} in {match.string.strip()!r}"
        for cell in chapter.cells
        for line in cell.source.splitlines()
        if (match := pattern.search(line))
    ]
    assert not found, "\n".join(found)


# --- Outputs --------------------------------------------------------------------------


def test_outputs_show_the_data_that_they_carry(chapter):
    for mime, kind in SHOWN.items():
        for number, output in chapter.stored(mime):
            where = chapter.at(number)
            for shown, text in kind(output[mime])._repr_mimebundle_().items():
                assert output.get(shown) == text, (
                    f"{where} does not show the data that it stores: {shown} is "
                    f"{output.get(shown)!r}, not {text!r}"
                )


# --- Figures --------------------------------------------------------------------------


def test_every_figure_has_a_caption_and_alternative_text(chapter):
    for number, cell in chapter.code:
        outputs = [output.get("data", {}) for output in cell.outputs]
        for data, after in pairwise([*outputs, {}]):
            if not set(PICTURES) & data.keys() or ASKED & data.keys():
                continue
            where, said = chapter.at(number), data.get(FIGURE, {})
            assert said.get("caption", "").strip() and CAPTION in after, (
                f"{where}: a figure has no caption"
            )
            shown = after["text/html"], after["text/plain"]
            assert shown == (figures.caption_html(said), said["caption"]), (
                f"{where}: the caption that is shown is not the figure's"
            )
            alt = said["alt"].strip()
            assert alt, f"{where}: a figure has no alternative text"
            if drawing := data.get("image/svg+xml"):
                label = re.search(r'^<svg [^>]*?aria-label="([^"]*)"', drawing)
                assert label and html.unescape(label[1]).strip() == alt, (
                    f"{where}: the drawing's label is not its alternative text"
                )


def test_stored_widgets_need_no_kernel_and_have_all_their_texts(chapter):
    stored = chapter.notebook.metadata.get("widgets", {}).get(notebooks.STATE, {})
    models = dict(stored.get("state", {}))
    for number, cell in chapter.code:
        for output in cell.outputs:
            view = output.get("data", {}).get(notebooks.VIEW)
            if view is None:
                continue
            where = chapter.at(number)
            model = models.pop(view["model_id"], None)
            assert model, f"{where}: the widget's state is not stored"
            kind = model["state"].get("_anywidget_id", model["model_name"])
            assert kind in ALIVE, (
                f"{where}: {kind} is dead on a page without a kernel; explore lives"
            )
            state = model["state"]
            models.pop(state["layout"].removeprefix("IPY_MODEL_"), None)
            if kind != EXPLORER:
                continue
            assert len(state["alts"]) == len(state["frames"]), f"{where}: texts, frames"
            assert all(alt.strip() for alt in state["alts"]), (
                f"{where}: a frame has no alternative text"
            )
    kinds = sorted(model["model_name"] for model in models.values())
    assert not kinds, f"{chapter.slug} stores widgets that no cell shows: {kinds}"


def test_figure_names_are_unique_in_the_book():
    twice = recurring(FIGURE, "name")
    twice.pop(None, None)  # which has no name
    assert not twice, f"figures that share a name: {twice}"


def recurring(mime: str, key: str) -> dict[str, list[str]]:
    """Return what several outputs of the book have under a key, with their cells."""
    places: dict[str, list[str]] = {}
    for chapter in map(Chapter, PATHS):
        for number, output in chapter.stored(mime) if chapter.is_one() else []:
            places.setdefault(output[mime][key], []).append(chapter.at(number))
    return {value: where for value, where in places.items() if len(where) > 1}


# --- Claims ---------------------------------------------------------------------------


def test_stored_verdicts_are_those_expected(chapter):
    found = [(n, output[VERDICT]) for n, output in chapter.stored(VERDICT)]
    for number, output in chapter.stored(cards.Sayings.mime):
        found += [(number, row) for row in output[cards.Sayings.mime]["rows"]]
    for number, verdict in found:
        where = chapter.at(number)
        entry = CLAIMS[verdict["id"]]
        assert verdict["statement"] == entry["statement"], (
            f"{where}: {verdict['id']} is stored in other words than its claims have"
        )
        expected = entry.get("expected", "advice")
        assert verdict["verdict"] == expected, (
            f"{where}: {verdict['id']} is stored as {verdict['verdict']}, "
            f"its claims expect {expected}"
        )
        states = [c["state"] for c in verdict["conditions"]]
        if not states and entry["kind"] in ("history", "advice"):
            continue
        given = claims.decide(states, entry.get("reach", "every"))
        assert verdict["verdict"] == given, (
            f"{where}: the stored conditions of {verdict['id']} give {given}"
        )


def test_stored_replications_are_as_judged(chapter):
    stored = [output[VERDICT] for _, output in chapter.stored(VERDICT)]
    verdicts = {verdict["id"]: verdict for verdict in stored}
    for number, output in chapter.stored(replications.Replication.mime):
        row, where = output[replications.Replication.mime], chapter.at(number)
        name, claim = row["experiment"], row["claim"]
        assert claim in verdicts, (
            f"{where}: {claim}, the claim of {name}, is not judged"
        )
        for key in ("statement", "verdict", "conditions"):
            assert row[key] == verdicts[claim][key], (
                f"{where}: {name} differs from {claim} in its {key}"
            )


def test_an_experiment_is_recorded_once_in_the_book():
    twice = recurring(replications.Replication.mime, "experiment")
    assert not twice, f"experiments recorded twice: {twice}"


def test_a_page_that_opens_a_part_has_its_length_and_says_what_to_read(chapter):
    if not chapter.has_tag("opening"):
        return
    least, most = WORDS_OF_AN_OPENING
    least *= not chapter.has_tag("draft")
    words = len(chapter.prose.split())
    assert least <= words <= most, (
        f"{chapter.slug} has {words:,} words, not {least:,} to {most:,}"
    )
    last = sections(chapter)[-1]
    assert "{cite" in last.prose, f"{chapter.slug}: {last.heading!r} cites nothing"


def test_a_page_that_opens_a_part_judges_nothing_and_answers_its_questions(chapter):
    if not chapter.has_tag("opening"):
        return
    own = [key for key, entry in CLAIMS.items() if entry["chapter"] == chapter.name]
    assert not own, f"{chapter.slug} opens a part; the claims {own} belong in a chapter"
    for function in ("claims.judge", "claims.sayings"):
        for number, _, _ in chapter.calls(function):
            pytest.fail(f"{chapter.at(number)}: {function} belongs in a chapter")
    for number, _, call in chapter.calls("claims.predict"):
        named = [arg for arg in call.args if isinstance(arg, ast.Constant)]
        assert not named, (
            f"{chapter.at(number)}: claims.predict of a claim belongs in a chapter; "
            "ask for a number or an outcome"
        )
    guesses = ("claims.guess_number", "claims.guess_outcome")
    asked = sorted(name for each in guesses for _, name in chapter.named(each))
    answered = sorted(name for _, name in chapter.named("claims.reveal"))
    assert asked == answered, f"{chapter.slug} asks {asked} and answers {answered}"


def test_the_page_that_opens_the_part_stands_first_and_links_the_chapter(chapter):
    pages = [chapter.root / "book" / f"{name}.ipynb" for name in chapter.part()]
    part = [Chapter(path, chapter.root) for path in pages if path.is_file()]
    openings = [page.name for page in part if page.has_tag("opening")]
    assert openings in ([], [part[0].name]), (
        f"{chapter.slug}: one page may open its part, the first; tagged are {openings}"
    )
    if openings and not chapter.has_tag("draft"):
        finished = {page.name for page in part[1:] if not page.has_tag("draft")}
        asked = finished if chapter.name in openings else {chapter.name}
        missing = sorted(asked - part[0].links())
        assert not missing, f"{openings[0]}, which opens the part, links no {missing}"


def test_every_claim_names_a_chapter_of_the_book():
    names = {notebooks.name_of(path) for path in notebooks.chapters()}
    lost = {key: c["chapter"] for key, c in CLAIMS.items() if c["chapter"] not in names}
    assert not lost, f"claims of chapters that are not in _toc.yml: {lost}"


def test_statements_are_unique():
    words = [re.findall(r"\w+", c["statement"].lower()) for c in CLAIMS.values()]
    counts = Counter(" ".join(statement) for statement in words)
    twice = [statement for statement, count in counts.items() if count > 1]
    assert not twice, f"stated twice: {twice}"


def test_ids_give_no_answer_away():
    """They stand in the code of a prediction; what the statement says, they may say."""
    told = {"holds", "depends", "fails", "true", "false", "right", "wrong", "myth"}
    for name, entry in CLAIMS.items():
        said = {*name.split("-")} - {*re.findall(r"\w+", entry["statement"].lower())}
        assert not said & told, f"{name}: {said & told} tells what comes out"


# --- The whole book -------------------------------------------------------------------


def test_every_notebook_is_in_the_contents():
    there = set((notebooks.ROOT / "book").rglob("*.ipynb"))
    there = {path for path in there if ".ipynb_checkpoints" not in path.parts}
    lost = sorted(notebooks.name_of(p) for p in there - {*notebooks.chapters()})
    assert not lost, f"notebooks that _toc.yml does not list, and no test sees: {lost}"


def test_code_is_formatted_for_lines_that_a_page_shows():
    settings = tomllib.loads((notebooks.ROOT / "book" / "ruff.toml").read_text("utf8"))
    assert settings["line-length"] == sizes.WIDTH


def test_excuses_from_comparison_are_counted():
    found = [
        f"{chapter.at(number)}: {notebooks.excuse(cell)}, because "
        f"{cell.metadata.get('evidence', {}).get('reason', '(no reason)')}"
        for chapter in filter(Chapter.is_one, map(Chapter, PATHS))
        for number, cell in chapter.code
        if notebooks.excuse(cell)
    ]
    assert len(found) == ALLOWED_EXCUSES, "\n".join(
        [f"{len(found)} cells are excused, {ALLOWED_EXCUSES} are allowed:", *found]
    )
