"""An installed package, as on Colab, has the claims and exercises of every chapter."""

import subprocess
import sys
import zipfile

import copies
import pytest

from evidence import claims
from tools.notebooks import ROOT

ASK = """
import evidence
from evidence import claims, exercises
print(len(claims.load()), evidence.__file__)
print(exercises.check("ransac/ten-trials", ...))
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
    assert "ransac/ten-trials: not attempted yet" in done.stdout


def test_no_notebook_and_nothing_of_the_site_travels_with_it(installed):
    kinds = {
        path.suffix for path in (installed / "src" / "evidence" / "book").rglob("*.*")
    }
    assert kinds == {".yml", ".py"}
    folders = {
        path.name for path in (installed / "src" / "evidence" / "book").iterdir()
    }
    assert not {name for name in folders if name.startswith("_") or "." in name}
