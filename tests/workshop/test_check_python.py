"""The Python that builds the book, and the environment that make sets up with it."""

import os
import subprocess
import sys
import venv

import copies

from tools import notebooks


def test_python_is_one_of_the_three():
    done = copies.python(notebooks.ROOT, "-m", "tools.check_python")
    assert done.returncode == 0, done.output
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)


def test_the_package_is_found_in_a_folder_with_a_chinese_name_by_any_locale(tmp_path):
    root = tmp_path / "课程"
    venv.create(root / ".venv")
    (packages,) = root.glob(".venv/lib/*/site-packages")
    pip = packages / "_deep_learning_in_evidence.pth"  # what pip writes
    pip.write_text(str(root / "src"), "utf8")
    make = ["make", "--always-make", "--dry-run", ".venv/book"]
    said = subprocess.run(make, cwd=notebooks.ROOT, capture_output=True, text=True)
    (command,) = (x for x in said.stdout.splitlines() if "site-packages" in x)
    subprocess.run(command, shell=True, cwd=root, check=True)
    (root / "src").mkdir()
    (root / "src" / "evidence.py").touch()
    done = subprocess.run(
        [root / ".venv/bin/python", "-c", "import evidence"],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
