"""Run every benchmark: ``python -m benchmarks`` or ``make bench``.

Speed is told as ratios against named peers measured in one run; nothing is asserted.
"""

import runpy
from pathlib import Path

if __name__ == "__main__":
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        if path.stem not in ("paired", "peers"):  # what they share
            print(f"## {path.stem}\n", flush=True)
            runpy.run_module(f"benchmarks.{path.stem}", run_name="__main__")
