"""Run every benchmark: ``python -m benchmarks [--quick]`` or ``make bench``.

Speed is told as ratios against named peers measured in one run; nothing is asserted.
"""

import runpy
from pathlib import Path

PEERS = ("cv2", "onnx", "onnxruntime")
INSTALL = ".venv/bin/pip install -c constraints.txt -r tests/requirements.txt"

if __name__ == "__main__":
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        if path.stem in ("paired", "peers"):  # what they share
            continue
        print(f"## {path.stem}\n", flush=True)
        try:
            runpy.run_module(f"benchmarks.{path.stem}", run_name="__main__")
        except ImportError as error:
            if error.name not in PEERS:
                raise
            print(f"Skipped: {error}. To install it: {INSTALL}")
        print(flush=True)
