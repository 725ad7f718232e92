"""The benchmarks run; how fast anything is, is for ``make bench`` to tell."""

import re

import copies

from tools.notebooks import ROOT

RATIO = re.compile(r"\d \([\d.]+ to [\d.]+\)")  # median, and quartiles


def test_every_benchmark_prints_a_table_of_ratios():
    done = copies.python(ROOT, "-m", "benchmarks", "--quick")
    assert done.returncode == 0, done.output
    _, *parts = re.split(r"^## (\w+)$", done.stdout, flags=re.MULTILINE)
    tables = dict(zip(parts[::2], parts[1::2], strict=True))
    files = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert tables.keys() == files - {"__main__", "paired", "peers"}
    assert "Skipped" in tables.pop("lighthouse")  # it has scores, after minutes
    for name, table in tables.items():
        assert RATIO.search(table), f"{name}: {table}"
