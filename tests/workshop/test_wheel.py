"""An installed package, as on Colab, has the claims and exercises of every chapter."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata

import copies
import pytest

from evidence import claims
from tools import fingerprint
from tools.notebooks import ROOT

DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"][
    "dependencies"
]
ASK = """
from importlib import metadata
import evidence
from evidence import claims, exercises, session
print(len(claims.load()), evidence.__file__)
print(exercises.check("ransac/derive", ...))
print(metadata.requires(session.DISTRIBUTION))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder whose src/ holds what the wheel would install."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "src")
    return folder


def test_claims_and_exercises_travel_with_the_package(installed):
    done = copies.python(installed, "-c", ASK)
    assert done.returncode == 0, done.output
    assert done.stdout.startswith(f"{len(claims.load())} {installed / 'src'}")
    assert "ransac/derive: not attempted yet" in done.stdout
    assert done.stdout.endswith(f"{DEPENDENCIES}\n")


def test_every_library_that_the_package_imports_has_a_lower_bound():
    assert all(re.fullmatch(r"[a-z-]+>=\d[\d.]+", line) for line in DEPENDENCIES)
    declared = {line.partition(">=")[0] for line in DEPENDENCIES}
    known = metadata.packages_distributions()
    for path in (ROOT / "src").rglob("*.py"):
        names = fingerprint._imports(path.read_text("utf8"))
        tops = {name.partition(".")[0] for name in names}
        for top in tops - sys.stdlib_module_names - {"evidence"}:
            distributions = {name.lower() for name in known[top]}
            assert distributions & declared, f"{path.name} imports {top}"


def test_no_notebook_and_nothing_of_the_site_travels_with_it(installed):
    kinds = {
        path.suffix for path in (installed / "src" / "evidence" / "book").rglob("*.*")
    }
    assert kinds == {".yml", ".py"}
    folders = {
        path.name for path in (installed / "src" / "evidence" / "book").iterdir()
    }
    assert not {name for name in folders if name.startswith("_") or "." in name}
