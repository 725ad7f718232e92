"""For the instructor: nbgrader runs with all answers and with the seed."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
BOOK = "@BOOK@"

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(HERE)
c.ClearSolutions.code_stub = {"python": "@STUB@"}
c.Execute.timeout = 300  # seconds a cell

# The kernels in which submissions run inherit these.
os.environ["EVIDENCE_GRADING_SEED"] = (HERE / "seed.txt").read_text()
os.environ["PYTHONPATH"] = os.pathsep.join([BOOK, f"{BOOK}/src"])
os.environ["PYTHONWARNINGS"] = (
    "ignore"  # nbgrader takes a warning for an error
)
