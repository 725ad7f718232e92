"""The workflows of GitHub Actions: valid, and naming only what exists.

They cannot be run here. What is checked is their form, by the schema that GitHub's
editor uses (vendored in check-jsonschema), and each name in them: actions, contexts,
steps, make targets, modules, files.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import stability, version_report
from tools.notebooks import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONS = {
    "actions/checkout",
    "actions/deploy-pages",
    "actions/setup-python",
    "actions/upload-artifact",
    "actions/upload-pages-artifact",
}
MADE_BY_THE_STEPS = (".venv/", "_build/")

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
every_guide = pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])


def read(path: Path) -> dict:
    workflow = yaml.safe_load(path.read_text("utf8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads the key `on` as a truth value
    return workflow


def jobs(path: Path) -> dict[str, dict]:
    return read(path)["jobs"]


def steps(path: Path) -> list[dict]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def scripts(path: Path) -> list[str]:
    return [step["run"] for step in steps(path) if "run" in step]


def targets() -> set[str]:
    text = (ROOT / "Makefile").read_text("utf8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def missing_names(text: str) -> list[str]:
    """Return the make targets and modules that a script calls and nobody defines."""
    called = set(re.findall(r"(?:^|\s)make ([a-z]+)\b", text))
    modules = set(re.findall(r"python -m tools\.(\w+)", text))
    there = {path.stem for path in (ROOT / "tools").glob("*.py")}
    return sorted(called - targets()) + sorted(modules - there)


def test_make_help_says_what_every_target_does():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True)
    said = re.findall(r"^make ([a-z]+) +\S.+$", done.stdout, re.MULTILINE)
    assert {*said} == targets(), done.stdout


LISTS = ["requirements.txt", "book/requirements.txt", "tests/requirements.txt"]
LISTS += [".binder/lab.txt", "tools/pdf.txt"]


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_has_its_exact_version(name):
    pins, lines = version_report.pinned(), (ROOT / name).read_text("utf8").splitlines()
    wanted = [Requirement(x) for x in lines if x and x[0] not in "#-"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    wanted += map(Requirement, project["dependencies"])
    for each in wanted:
        pin = pins.get(canonicalize_name(each.name))
        assert pin, f"constraints.txt lacks the version of {each.name}"
        assert each.specifier.contains(pin), f"{each}, but {pin} in constraints.txt"


def test_what_a_library_for_a_chapter_touches_is_said():
    """Each guide's file is one that ``make`` installs from, or asks again for."""
    lines = (ROOT / "Makefile").read_text("utf8")
    (needs,) = re.findall(r"^\.venv/book: (.+)$", lines, re.MULTILINE)
    text = (ROOT / "CONTRIBUTING.md").read_text("utf8")
    said = text.partition("**A library for a chapter**")[2].partition("**Another")[0]
    files = {x for x in needs.split() if x != "requirements.txt"}
    assert all(f"`{name}`" in said for name in files), files
    assert "-r book/requirements.txt" in (ROOT / "requirements.txt").read_text("utf8")


def test_there_are_workflows():
    names = {"book", "machines", "newest", "oldest", "release"}
    assert {path.stem for path in WORKFLOWS} >= names


def check_form(path, schema):
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", schema, path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@every_workflow
@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_the_form_is_valid(path, schema):
    check_form(path, schema)


def test_the_citation_is_valid_and_of_this_version():
    check_form(ROOT / "CITATION.cff", "vendor.citation-file-format")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))
    assert citation["version"] == project["version"]
    assert citation["title"] == config["title"]
    assert citation["authors"] == [{"name": config["author"]}]


def test_a_release_is_the_version_of_its_tag_with_its_site():
    workflow = read(FOLDER / "release.yml")
    assert workflow["on"] == {"push": {"tags": ["v*"]}}
    compare, build, _, paper, release = scripts(FOLDER / "release.yml")
    version = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), 8
    )[1]
    for tag, code in {f"v{version}": 0, "v99": 1}.items():
        done = subprocess.run(compare, shell=True, cwd=ROOT, env={"TAG": tag})
        assert done.returncode == code, tag
    assert build == "make offline DRAFTS=no" and "_build/*.zip" in release
    assert paper == "make pdf DRAFTS=no" and "_build/*.pdf" in release


@every_workflow
def test_actions_are_github_s_own_and_pinned_to_a_major_version(path):
    for step in steps(path):
        if "uses" in step:
            name, _, version = step["uses"].partition("@")
            assert name in ACTIONS and re.fullmatch(r"v\d+", version), step["uses"]


@every_workflow
def test_scripts_are_valid_and_name_only_what_exists(path):
    for script in scripts(path):
        plain = re.sub(r"\$\{\{.*?\}\}", "expression", script)
        done = subprocess.run(["bash", "-n"], input=plain, text=True, check=False)
        assert done.returncode == 0, script
        assert missing_names(script) == []
        for name in re.findall(r"(?<!\S)[\w./-]+\.(?:txt|md|xml|py|toml)\b", script):
            exists = (ROOT / name).exists() or name.startswith(MADE_BY_THE_STEPS)
            assert exists, f"{name} in {script}"


@every_workflow
def test_files_that_steps_are_given_exist(path):
    for step in steps(path):
        for key, value in step.get("with", {}).items():
            if "path" in key:
                exists = (ROOT / value).exists() or value.startswith(MADE_BY_THE_STEPS)
                assert exists, f"{key}: {value}"


@every_workflow
def test_expressions_name_only_what_the_job_has(path):
    for name, job in jobs(path).items():
        own = {step["id"] for step in job["steps"] if "id" in step}
        rows = job.get("strategy", {}).get("matrix", {}).get("include", [])
        text = yaml.safe_dump(job, width=10_000)
        assert {*re.findall(r"\bsteps\.(\w+)", text)} <= own, name
        for row in rows or [{}]:
            assert {*re.findall(r"\bmatrix\.(\w+)", text)} <= row.keys(), name
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        assert {*needs} <= jobs(path).keys(), name


@every_workflow
def test_rights_are_given_to_the_jobs_that_need_them(path):
    assert read(path)["permissions"] == {"contents": "read"}


@every_workflow
def test_torch_comes_without_cuda(path):
    index = read(path)["env"]["PIP_EXTRA_INDEX_URL"]
    assert index == "https://download.pytorch.org/whl/cpu"


def test_every_change_is_tested_with_every_python_and_notebooks_with_one():
    workflow = read(FOLDER / "book.yml")
    assert {"push", "pull_request"} <= workflow["on"].keys()
    job = workflow["jobs"]["test"]
    command = next(step["run"] for step in job["steps"] if "run" in step)
    assert command == 'make test TESTS="${{ matrix.tests }}"'
    rows = job["strategy"]["matrix"]["include"]
    unit = "tests/evidence tests/workshop"
    assert {row["python"]: row["tests"] for row in rows} == {
        "3.11": unit,
        "3.12": "tests book",
        "3.13": unit,
    }


def test_every_chapter_is_run_on_other_machines_every_night():
    (schedule,) = read(FOLDER / "machines.yml")["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])
    assert scripts(FOLDER / "machines.yml") == ["make machines"]
    assert "$(PYTEST) --machines tests/book" in (ROOT / "Makefile").read_text("utf8")


def test_only_what_passed_is_published_and_only_from_the_default_branch():
    job = jobs(FOLDER / "book.yml")["publish"]
    assert job["needs"] == "test"
    assert job["if"] == (
        "github.event_name != 'pull_request' && "
        "github.ref_name == github.event.repository.default_branch"
    )
    assert job["permissions"] == {"pages": "write", "id-token": "write"}
    (deploy,) = job["steps"]
    assert deploy["uses"].startswith("actions/deploy-pages@")


def test_what_is_published_was_built_without_drafts():
    listed = steps(FOLDER / "book.yml")
    (last,) = [s for s in listed if "upload-pages" in s.get("uses", "")]
    before = listed[listed.index(last) - 1]
    assert before["run"] == "make book DRAFTS=no" and before["if"] == last["if"]


def test_the_site_is_kept_once_as_preview_or_for_publishing():
    kept = [s for s in steps(FOLDER / "book.yml") if "/upload-" in s.get("uses", "")]
    once = "matrix.python == '3.12' && github.event_name "
    assert [(s["uses"].split("@")[0], s["if"]) for s in kept] == [
        ("actions/upload-artifact", once + "== 'pull_request'"),
        ("actions/upload-pages-artifact", once + "!= 'pull_request'"),
    ]
    assert {s["with"]["path"] for s in kept} == {"_build/html"}


def test_the_newest_versions_are_tried_every_week_without_constraints():
    path = FOLDER / "newest.yml"
    (schedule,) = read(path)["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    everything = "\n".join(scripts(path))
    assert "constraints" not in everything and "make" not in everything
    install = "pip install -r requirements.txt -r tests/requirements.txt"
    assert install in everything


def test_every_chapter_gets_fresh_random_numbers_every_week():
    (again,) = [x for x in scripts(FOLDER / "newest.yml") if "tools.stability" in x]
    assert "--sets 5 --all" in again and "git diff --exit-code" in again
    assert stability.chosen(0, everything=True)
    assert stability.chosen(0) == []


def test_the_oldest_versions_are_the_lower_bounds_of_the_package():
    path = FOLDER / "oldest.yml"
    (schedule,) = read(path)["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])
    install, *tries = scripts(path)
    (command,) = re.findall(r"sed .+ pyproject\.toml", install)
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    package = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    bounds = [line.replace(">=", "==") for line in package["dependencies"]]
    assert done.stdout.split() == bounds
    assert "pip install -c _build/oldest.txt -e ." in install
    assert [text.split(" -m ")[1] for text in tries] == [
        "pytest -n 4 -q tests/evidence",
        "tools.verdicts",
    ]


def test_the_weekly_tests_are_those_of_make_test():
    command = ["make", "--always-make", "--dry-run", "test", "WORKERS=4"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    def arguments(text):
        (command,) = re.findall(r"-m pytest((?:.*\\\n)*.*)", text)
        words = command.replace("\\\n", " ").split()
        return {word for word in words if not word.startswith("--junitxml")}

    weekly = "\n".join(scripts(FOLDER / "newest.yml"))
    assert arguments(done.stdout) == arguments(weekly)


@every_guide
def test_the_guides_name_only_commands_that_exist(name):
    text = (ROOT / name).read_text("utf8")
    code = re.findall(r"```bash\n(.*?)```", text, re.DOTALL) + re.findall(
        "`(.+?)`", text
    )
    assert missing_names("\n".join(code)) == []


@every_guide
def test_the_guides_name_only_files_that_exist(name):
    text = (ROOT / name).read_text("utf8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    links += re.findall(r'src="([^"]+)"', text)
    quoted = re.findall(r"`((?:\.?[\w-]+/)+[\w.-]*|[\w-]+\.(?:txt|md|yml))`", text)
    for link in [*links, *quoted]:
        example = re.search(r"^me/|vanishing", link)
        made = link.startswith(MADE_BY_THE_STEPS)
        assert example or made or (ROOT / link).exists(), link
